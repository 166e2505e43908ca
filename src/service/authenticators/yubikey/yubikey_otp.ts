import { createDecipheriv, timingSafeEqual } from 'node:crypto'
import { modhexOctets, readModhex } from './modhex.ts'

/** A passcode of a YubiKey: its public identity and the encrypted block that authenticates it. */
export interface YubikeyOtp {
  /** Twelve letters of modhex. */
  readonly publicId: string
  /** One block of AES-128. */
  readonly block: Buffer
}

/** Counters in a passcode. A later passcode has a higher session, or a higher use in the same session. */
export interface YubikeyCounters {
  /** The "usage counter" of Yubico's documents: how often the key was plugged in and used. */
  readonly session: number
  /** Passcodes since it was plugged in. */
  readonly use: number
}

const publicIdLetters = 12
const otpLetters = 44
const privateIdOctets = 6
const counterAt = 6
const useAt = 11
/** The highest bit is set if caps lock triggered the key; it is not part of the counter. */
const counterMask = 0x7fff
const crcResidual = 0xf0b8

/** @returns `undefined` if the text does not have the form of a YubiKey passcode. */
export function readYubikeyOtp(typed: string): YubikeyOtp | undefined {
  if (typed.length !== otpLetters) return undefined
  const text = readModhex(typed)
  if (text === undefined) return undefined
  const publicId = text.slice(0, publicIdLetters)
  return { publicId, block: modhexOctets(text.slice(publicIdLetters)) }
}

/**
 * Decrypts the block of a passcode: 6 bytes of private identity, usage counter (2, low byte first),
 * timestamp (3), session usage counter (1), random (2), CRC-16 (2).
 *
 * @returns `undefined` if it was not encrypted with this key.
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

/** CRC-16 of ISO 13239. Over data that ends with its own CRC, the result is a constant. */
function crc16(octets: Uint8Array): number {
  let crc = 0xffff
  for (const octet of octets) {
    crc ^= octet
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0x8408 : crc >> 1
  }
  return crc
}
