import { createDecipheriv, timingSafeEqual } from 'node:crypto'
import { modhexOctets, readModhex } from './modhex.ts'

/** What a YubiKey has typed: who it says it is, and the block that proves it. */
export interface YubikeyOtp {
  /** Twelve letters of modhex. */
  readonly publicId: string
  /** One block of AES-128. */
  readonly block: Buffer
}

/** Where a YubiKey stands. A later passcode has a higher session, or a higher use of the same one. */
export interface YubikeyCounters {
  /** How often the key was plugged in and used: the "usage counter" of its documents. */
  readonly session: number
  /** Passcodes since it was plugged in. */
  readonly use: number
}

const publicIdLetters = 12
const otpLetters = 44
const privateIdOctets = 6
const counterAt = 6
const useAt = 11
/** The highest bit says that caps lock has triggered it, and counts nothing. */
const counterMask = 0x7fff
const crcResidual = 0xf0b8

/** @returns `undefined` for what is no passcode of a YubiKey: it may be one of something else. */
export function readYubikeyOtp(typed: string): YubikeyOtp | undefined {
  if (typed.length !== otpLetters) return undefined
  const text = readModhex(typed)
  if (text === undefined) return undefined
  const publicId = text.slice(0, publicIdLetters)
  return { publicId, block: modhexOctets(text.slice(publicIdLetters)) }
}

/**
 * Opens the block of a passcode: 6 octets of private identity, usage counter (2, the lower first),
 * timestamp (3), session usage counter, random (2), CRC-16 (2).
 *
 * @returns `undefined` where it was not made with this key.
 */
export function openYubikeyOtp(
  { block }: YubikeyOtp,
  { privateId, aesKey }: { readonly privateId: Uint8Array; readonly aesKey: Uint8Array },
): YubikeyCounters | undefined {
  const decipher = createDecipheriv('aes-128-ecb', aesKey, null).setAutoPadding(false)
  const opened = Buffer.concat([decipher.update(block), decipher.final()])
  if (crc16(opened) !== crcResidual) return undefined
  if (!timingSafeEqual(opened.subarray(0, privateIdOctets), privateId)) return undefined
  return { session: opened.readUInt16LE(counterAt) & counterMask, use: opened.readUInt8(useAt) }
}

/** CRC-16 of ISO 13239; over octets that end with their own it is a constant. */
function crc16(octets: Uint8Array): number {
  let crc = 0xffff
  for (const octet of octets) {
    crc ^= octet
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0x8408 : crc >> 1
  }
  return crc
}
