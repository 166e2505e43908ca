import { createPublicKey, type KeyObject, verify } from 'node:crypto'

/** SubjectPublicKeyInfo of P-256 has 91 octets. */
const maxKeyLength = 128
const signatureOctets = 64

/** The public half of a phone's key, which never leaves the phone: ECDSA on P-256 with SHA-256. */
export class DeviceKey {
  readonly #key: KeyObject

  private constructor(key: KeyObject) {
    this.#key = key
  }

  /**
   * @param spki SubjectPublicKeyInfo in base64url.
   * @returns `undefined` where it is no key on P-256.
   */
  static parse(spki: string): DeviceKey | undefined {
    if (spki.length > maxKeyLength) return undefined
    try {
      const der = Buffer.from(spki, 'base64url')
      const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
      return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? new DeviceKey(key) : undefined
    } catch {
      return undefined
    }
  }

  /** @param signature Both numbers one behind the other (IEEE P1363), in base64url, as WebCrypto has it. */
  verifies(text: string, signature: string): boolean {
    const octets = Buffer.from(signature, 'base64url')
    if (octets.length !== signatureOctets) return false
    const key = { key: this.#key, dsaEncoding: 'ieee-p1363' } as const
    return verify('sha256', Buffer.from(text), key, octets)
  }
}
