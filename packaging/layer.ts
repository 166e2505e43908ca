import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { gzip, writeTar } from './archive.ts'

/** A file of an image, named by its digest. */
export interface Blob {
  /** SHA-256 in hexadecimal. */
  readonly digest: string
  /** Bytes. */
  readonly size: number
}

/** A compressed layer in a file of its own. */
export interface Layer extends Blob {
  readonly file: string
  /** SHA-256 of the layer before compression. */
  readonly diffId: string
}

/** A part of the file system with one owner. */
interface Part {
  /** Paths below the folder. */
  readonly entries: readonly string[]
  readonly owner?: number
  /** As of chmod; default: as the files are, without write permission for others. */
  readonly mode?: string
}

/**
 * Packs a folder into a layer.
 *
 * @param folder The root of the file system.
 * @param file The layer that is written.
 */
export function writeLayer(
  folder: string,
  parts: readonly Part[],
  file: string,
  seconds: number,
): Layer {
  const tar = `${file}.tar`
  parts.forEach((part, index) => {
    writeTar(tar, folder, part.entries, seconds, { ...part, append: index > 0 })
  })
  gzip(tar, file)
  const diffId = sha256(readFileSync(tar))
  rmSync(tar)
  const bytes = readFileSync(file)
  return { file, diffId, digest: sha256(bytes), size: bytes.length }
}

/** In hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
