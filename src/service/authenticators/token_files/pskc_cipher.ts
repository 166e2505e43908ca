import { type CipherGCMTypes, createDecipheriv } from 'node:crypto'
import { TokenFileError } from './token_file_error.ts'

/** An encryption algorithm of XML Encryption. */
export interface PskcCipher {
  readonly name: string
  readonly keyOctets: number
  /** Whether it authenticates: detects a wrong key or an altered value by itself. */
  readonly authentic: boolean
  /** @throws if the key is wrong or the value was altered, as far as the cipher can detect. */
  readonly decrypt: (key: Uint8Array, value: Buffer) => Buffer
}

const xmlenc = 'http://www.w3.org/2001/04/xmlenc#'
const xmlenc11 = 'http://www.w3.org/2009/xmlenc11#'
const sizes = ['128', '192', '256'] as const

const ciphers: ReadonlyMap<string, PskcCipher> = new Map(
  sizes.flatMap((bits) => [
    [`${xmlenc}aes${bits}-cbc`, cipher(`aes${bits}-cbc`, bits, false, cbc(bits))],
    [`${xmlenc}kw-aes${bits}`, cipher(`kw-aes${bits}`, bits, true, wrap(bits))],
    [`${xmlenc11}aes${bits}-gcm`, cipher(`aes${bits}-gcm`, bits, true, gcm(`aes-${bits}-gcm`))],
  ]),
)

/** @throws {TokenFileError} `TOKEN_FILE_ENCRYPTION` for an unsupported one. */
export function pskcCipher(algorithm: string): PskcCipher {
  const found = ciphers.get(algorithm)
  if (found !== undefined) return found
  throw new TokenFileError(
    'TOKEN_FILE_ENCRYPTION',
    `values are encrypted with an unsupported algorithm; supported: ${[...ciphers.values()].map(({ name }) => name).join(', ')}`,
  )
}

function cipher(
  name: string,
  bits: string,
  authentic: boolean,
  decrypt: PskcCipher['decrypt'],
): PskcCipher {
  return { name, keyOctets: Number(bits) / 8, authentic, decrypt }
}

/** XML Encryption §5.2: only the last byte of the padding matters; it is the length. */
function cbc(bits: string): PskcCipher['decrypt'] {
  const block = 16
  return (key, value) => {
    const decipher = createDecipheriv(`aes-${bits}-cbc`, key, value.subarray(0, block))
    decipher.setAutoPadding(false)
    const padded = Buffer.concat([decipher.update(value.subarray(block)), decipher.final()])
    const padding = padded.at(-1) ?? 0
    if (padding < 1 || padding > block) throw new RangeError('no padding')
    return padded.subarray(0, -padding)
  }
}

/** RFC 3394; or RFC 5649, which python-pskc uses under the same name for other lengths. */
function wrap(bits: string): PskcCipher['decrypt'] {
  const unwrapped = (name: string, start: Buffer, key: Uint8Array, value: Buffer): Buffer => {
    const decipher = createDecipheriv(name, key, start)
    return Buffer.concat([decipher.update(value), decipher.final()])
  }
  return (key, value) => {
    try {
      return unwrapped(`id-aes${bits}-wrap`, Buffer.alloc(8, 0xa6), key, value)
    } catch {
      return unwrapped(`id-aes${bits}-wrap-pad`, Buffer.from('a65959a6', 'hex'), key, value)
    }
  }
}

/** XML Encryption 1.1 §5.2.4: nonce, ciphertext, tag. */
function gcm(name: CipherGCMTypes): PskcCipher['decrypt'] {
  const [nonce, tag] = [12, 16]
  return (key, value) => {
    const decipher = createDecipheriv(name, key, value.subarray(0, nonce), { authTagLength: tag })
    decipher.setAuthTag(value.subarray(-tag))
    return Buffer.concat([decipher.update(value.subarray(nonce, -tag)), decipher.final()])
  }
}
