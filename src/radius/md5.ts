import { hash } from 'node:crypto'
import {
  digestOctets,
  hashScratch,
  initialState,
  maxOwnLength,
  scratch,
  state,
  writeDigest,
} from './md5_block.ts'

/**
 * MD5 (RFC 1321) of the concatenated parts.
 *
 * @returns A new array of 16 octets.
 */
export function md5(first: Uint8Array, second?: Uint8Array): Uint8Array {
  const digest = new Uint8Array(digestOctets)
  writeMd5(digest, 0, first, second)
  return digest
}

/** Writes the MD5 of the concatenated parts into `target`, which may be one of them. */
export function writeMd5(
  target: Uint8Array,
  at: number,
  first: Uint8Array,
  second?: Uint8Array,
): void {
  const length = first.length + (second === undefined ? 0 : second.length)
  if (length > maxOwnLength) {
    target.set(longMd5(first, second), at)
    return
  }
  scratch.set(first)
  if (second !== undefined) scratch.set(second, first.length)
  state.set(initialState)
  hashScratch(length, 0)
  writeDigest(target, at)
}

function longMd5(first: Uint8Array, second?: Uint8Array): Uint8Array {
  return hash('md5', second === undefined ? first : Buffer.concat([first, second]), 'buffer')
}
