import { createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'
import { Secret } from '../../../host/secret.ts'
import { type PskcCipher, pskcCipher } from './pskc_cipher.ts'
import { TokenFileError, wrongRecord } from './token_file_error.ts'
import { elementAt, findChild, type XmlElement } from './xml.ts'

/** Decrypts a key container: a pre-shared key in hex, or a password. */
export type PskcUnlock =
  | { readonly kind: 'key'; readonly key: Secret }
  | { readonly kind: 'password'; readonly password: Secret }

/**
 * Parses a pre-shared key: in hex, in base64, or raw bytes.
 *
 * @throws {TokenFileError} `TOKEN_FILE_WRONG_KEY` if it is not a key.
 */
export function preSharedKey(octets: Uint8Array): PskcUnlock {
  const text = Buffer.from(octets).toString('latin1').trim()
  const hex = text.replace(/^0x|[\s:]/gi, '')
  const key = [
    /^[0-9a-f]+$/i.test(hex) ? Buffer.from(hex, 'hex') : Buffer.alloc(0),
    /^[a-z0-9+/]+={0,2}$/i.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0),
    Buffer.from(octets),
  ].find(({ length }) => keyLengths.includes(length))
  if (key !== undefined) return { kind: 'key', key: new Secret(key.toString('hex')) }
  throw new TokenFileError(
    'TOKEN_FILE_WRONG_KEY',
    'the key file must contain 16, 24 or 32 bytes, in hex, in base64 or raw',
  )
}

const hashes: ReadonlyMap<string, string> = new Map([
  ['http://www.w3.org/2000/09/xmldsig#hmac-sha1', 'sha1'],
  ['http://www.w3.org/2001/04/xmldsig-more#hmac-sha224', 'sha224'],
  ['http://www.w3.org/2001/04/xmldsig-more#hmac-sha256', 'sha256'],
  ['http://www.w3.org/2001/04/xmldsig-more#hmac-sha384', 'sha384'],
  ['http://www.w3.org/2001/04/xmldsig-more#hmac-sha512', 'sha512'],
])
const maxIterations = 10_000_000
const keyLengths = [16, 24, 32]

/**
 * How the values of a key container are protected (RFC 6030 §6): the keys that encrypt and authenticate
 * them. Values are always authenticated before they are decrypted.
 */
export class PskcProtection {
  readonly #key: Buffer | undefined
  readonly #mac: { readonly hash: string; readonly key: Buffer } | undefined

  /** @throws {TokenFileError} if the given key or password does not decrypt the container. */
  constructor(container: XmlElement, unlock: PskcUnlock | undefined) {
    this.#key = deriveEncryptionKey(container, unlock)
    this.#mac = this.#macOf(findChild(container, 'MACMethod'))
  }

  /** The bytes of an element that has a PlainValue in base64, or an EncryptedValue. */
  octets(element: XmlElement): Buffer {
    return this.#encrypted(element) ?? base64(findChild(element, 'PlainValue')?.text ?? '')
  }

  /** The number of an element: plain in digits, or encrypted in bytes, big-endian. */
  number(element: XmlElement): string {
    const octets = this.#encrypted(element)
    if (octets === undefined) return findChild(element, 'PlainValue')?.text ?? ''
    if (octets.length > 8) throw wrongRecord(`${element.name} is longer than 8 bytes`)
    return BigInt(`0x${octets.toString('hex') || '0'}`).toString()
  }

  #encrypted(element: XmlElement): Buffer | undefined {
    const encrypted = findChild(element, 'EncryptedValue')
    if (encrypted === undefined) return undefined
    const { cipher, value } = encryptedValue(encrypted)
    const key = this.#keyFor(cipher)
    const mac = findChild(element, 'ValueMAC')
    if (mac !== undefined) this.#authenticate(value, base64(mac.text))
    else if (!cipher.authentic) {
      throw new TokenFileError(
        'TOKEN_FILE_ALTERED',
        `${element.name} has no ValueMAC, without which ${cipher.name} can't be trusted (RFC 6030 §6.1.1)`,
      )
    }
    return decrypted(cipher, key, value)
  }

  #authenticate(value: Buffer, expected: Buffer): void {
    if (this.#mac === undefined) {
      throw new TokenFileError('TOKEN_FILE_FORM', 'the file has a ValueMAC but no MACMethod')
    }
    const { hash, key } = this.#mac
    const found = createHmac(hash, key).update(value).digest()
    if (expected.length === found.length && timingSafeEqual(expected, found)) return
    throw new TokenFileError(
      'TOKEN_FILE_ALTERED',
      'a MAC does not match its value: the key or password is wrong, or the file was altered',
    )
  }

  #macOf(method: XmlElement | undefined) {
    const algorithm = method?.attributes.get('Algorithm')
    // python-pskc writes a MACMethod without a key if the cipher needs none
    if (method === undefined || algorithm === undefined) return undefined
    const hash = hashes.get(algorithm)
    if (hash === undefined) {
      throw new TokenFileError(
        'TOKEN_FILE_ENCRYPTION',
        `the MAC has an unsupported algorithm; supported: HMAC with ${[...hashes.values()].join(', ')}`,
      )
    }
    const encrypted = findChild(method, 'MACKey')
    if (encrypted === undefined)
      return this.#key === undefined ? undefined : { hash, key: this.#key }
    const { cipher, value } = encryptedValue(encrypted)
    return { hash, key: decrypted(cipher, this.#keyFor(cipher), value) }
  }

  #keyFor({ name, keyOctets }: PskcCipher): Buffer {
    const key = this.#key
    if (key === undefined) {
      throw new TokenFileError(
        'TOKEN_FILE_FORM',
        'a value is encrypted, but the file names no EncryptionKey',
      )
    }
    if (key.length === keyOctets) return key
    throw new TokenFileError(
      'TOKEN_FILE_WRONG_KEY',
      `the key has ${key.length} bytes, but ${name} requires ${keyOctets}`,
    )
  }
}

function deriveEncryptionKey(
  container: XmlElement,
  unlock: PskcUnlock | undefined,
): Buffer | undefined {
  const encryption = findChild(container, 'EncryptionKey')
  if (encryption === undefined) return undefined
  const derived = findChild(encryption, 'DerivedKey')
  if (derived !== undefined) {
    if (unlock?.kind === 'password') return derivedKey(derived, unlock.password)
    throw new TokenFileError(
      'TOKEN_FILE_PASSWORD_NEEDED',
      `the file is encrypted with a password${named(findChild(derived, 'MasterKeyName'))}; give it`,
    )
  }
  if (findChild(encryption, 'X509Data') ?? findChild(encryption, 'KeyValue')) {
    throw new TokenFileError(
      'TOKEN_FILE_ENCRYPTION',
      "the file is encrypted for a certificate's key, which is not read; ask for one with a pre-shared key",
    )
  }
  if (unlock?.kind === 'key') return Buffer.from(unlock.key.reveal(), 'hex')
  throw new TokenFileError(
    'TOKEN_FILE_KEY_NEEDED',
    `the file is encrypted with a pre-shared key${named(findChild(encryption, 'KeyName'))}; give it`,
  )
}

/** RFC 6030 §6.2: PBKDF2 of PKCS #5. */
function derivedKey(derived: XmlElement, password: Secret): Buffer {
  const method = findChild(derived, 'KeyDerivationMethod')
  const parameters = findChild(method, 'PBKDF2-params')
  if (method?.attributes.get('Algorithm')?.endsWith('#pbkdf2') !== true || !parameters) {
    throw new TokenFileError(
      'TOKEN_FILE_ENCRYPTION',
      'the key derivation is not PBKDF2, the only supported one',
    )
  }
  const prf = findChild(parameters, 'PRF')?.attributes.get('Algorithm')
  const hash = prf === undefined ? 'sha1' : prfHash(prf)
  const salt = base64(elementAt(parameters, 'Salt', 'Specified')?.text ?? '')
  const iterations = Number(findChild(parameters, 'IterationCount')?.text)
  const length = Number(findChild(parameters, 'KeyLength')?.text ?? '16')
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > maxIterations) {
    throw new TokenFileError(
      'TOKEN_FILE_ENCRYPTION',
      `IterationCount is not an integer from 1 to ${maxIterations}`,
    )
  }
  if (!keyLengths.includes(length)) {
    throw new TokenFileError('TOKEN_FILE_ENCRYPTION', 'KeyLength is not 16, 24 or 32')
  }
  return pbkdf2Sync(password.reveal(), salt, iterations, length, hash)
}

function prfHash(algorithm: string): string {
  const hash = /hmac-?(?:with)?-?(sha(?:1|224|256|384|512))$/i.exec(algorithm)?.[1]?.toLowerCase()
  if (hash !== undefined) return hash
  throw new TokenFileError('TOKEN_FILE_ENCRYPTION', 'PBKDF2 has an unsupported PRF')
}

function encryptedValue(element: XmlElement): { cipher: PskcCipher; value: Buffer } {
  const algorithm = findChild(element, 'EncryptionMethod')?.attributes.get('Algorithm') ?? ''
  const value = elementAt(element, 'CipherData', 'CipherValue')
  return { cipher: pskcCipher(algorithm), value: base64(value?.text ?? '') }
}

/** @throws {TokenFileError} `TOKEN_FILE_WRONG_KEY`, without details of the content. */
function decrypted(cipher: PskcCipher, key: Buffer, value: Buffer): Buffer {
  try {
    return cipher.decrypt(key, value)
  } catch {
    throw new TokenFileError(
      'TOKEN_FILE_WRONG_KEY',
      'the key or password does not decrypt the file',
    )
  }
}

function base64(text: string): Buffer {
  const bare = text.replace(/\s/g, '')
  if (/^[a-z0-9+/]*={0,2}$/i.test(bare)) return Buffer.from(bare, 'base64')
  throw wrongRecord('a value is not base64')
}

function named(name: XmlElement | undefined): string {
  return name === undefined ? '' : ` (${name.text.slice(0, 64).replace(/[^ -~]/g, '?')})`
}
