import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { StoreError } from './store_error.ts'

const keyOctets = 32
const nonceOctets = 12
const tagOctets = 16

/** A key that secrets are sealed with, and the name under which sealed texts refer to it. */
export interface SealingKey {
  readonly id: string
  readonly octets: Buffer
}

/** @throws {StoreError} `STORE_KEY_FILE` if the text is not 32 bytes in base64. */
export function sealingKey(base64: string): SealingKey {
  const octets = Buffer.from(base64.trim(), 'base64')
  if (octets.length !== keyOctets) {
    throw new StoreError(
      'STORE_KEY_FILE',
      `a sealing key has ${octets.length} bytes instead of ${keyOctets}, in base64`,
    )
  }
  return { id: createHash('sha256').update(octets).digest('hex').slice(0, 8), octets }
}

/** A new key, in base64. */
export function newSealingKey(): string {
  return randomBytes(keyOctets).toString('base64')
}

/**
 * Encrypts secrets at rest (AES-256-GCM). Each is bound to its place (`table:column:id`), so that it can't
 * be moved to another row. The first key seals; the others still open.
 */
export class Sealing {
  readonly #keys: readonly SealingKey[]
  readonly #newest: SealingKey
  /** By the id of the sealing key. */
  readonly #hashKeys = new Map<string, KeyObject>()

  /** @throws {StoreError} `STORE_KEY_FILE` if there is no key. */
  constructor(keys: readonly SealingKey[]) {
    const [newest] = keys
    if (newest === undefined) throw new StoreError('STORE_KEY_FILE', 'there is no sealing key')
    this.#keys = keys
    this.#newest = newest
  }

  get newestKeyId(): string {
    return this.#newest.id
  }

  /** `1.KEY.BASE64` of nonce, tag and ciphertext. */
  seal(secret: string, place: string): string {
    const nonce = randomBytes(nonceOctets)
    const cipher = createCipheriv('aes-256-gcm', this.#newest.octets, nonce, {
      authTagLength: tagOctets,
    })
    cipher.setAAD(Buffer.from(place))
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
    return `1.${this.#newest.id}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')}`
  }

  /** @throws {StoreError} `STORE_WRONG_KEY` if no key opens it, or it was sealed for another place. */
  open(sealed: string, place: string): string {
    const [, id, base64 = ''] = sealed.split('.')
    const key = this.#keys.find((candidate) => candidate.id === id)
    if (key === undefined) {
      throw new StoreError(
        'STORE_WRONG_KEY',
        `the data was sealed with key ${id ?? '?'}, which is not in the key file; put the right sealing.key back`,
      )
    }
    const octets = Buffer.from(base64, 'base64')
    try {
      const decipher = createDecipheriv(
        'aes-256-gcm',
        key.octets,
        octets.subarray(0, nonceOctets),
        { authTagLength: tagOctets },
      )
      decipher.setAAD(Buffer.from(place))
      decipher.setAuthTag(octets.subarray(nonceOctets, nonceOctets + tagOctets))
      const opened = decipher.update(octets.subarray(nonceOctets + tagOctets))
      return Buffer.concat([opened, decipher.final()]).toString('utf8')
    } catch {
      throw new StoreError(
        'STORE_WRONG_KEY',
        `the secret of ${place} can't be opened: it was altered or moved`,
      )
    }
  }

  /** `KEY:HMAC-SHA-256` of a secret that is only compared, under the newest key. */
  hash(secret: string, place: string): string {
    return this.#keyedHash(this.#newest, secret, place)
  }

  /** The hashes of a secret under every key, to find one that was made before a rotation. */
  hashes(secret: string, place: string): readonly string[] {
    return this.#keys.map((key) => this.#keyedHash(key, secret, place))
  }

  #keyedHash(key: SealingKey, secret: string, place: string): string {
    const derived = this.#hashKeys.get(key.id) ?? hashKey(key)
    this.#hashKeys.set(key.id, derived)
    return `${key.id}:${createHmac('sha256', derived).update(`${place}\0${secret}`).digest('base64url')}`
  }
}

function hashKey({ octets }: SealingKey): KeyObject {
  return createSecretKey(createHmac('sha256', octets).update('countersign keyed hash').digest())
}
