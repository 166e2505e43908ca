import { createPublicKey, type KeyObject, verify } from 'node:crypto'

/** In characters; a SubjectPublicKeyInfo of P-256 has 91 bytes. */
const maxKeyLength = 128
const signatureLength = 64

/** The public key of a phone: ECDSA on P-256 with SHA-256. The private key never leaves the phone. */
export class DeviceKey {
  readonly #key: KeyObject

  private constructor(key: KeyObject) {
    this.#key = key
  }

  /**
   * @param spki SubjectPublicKeyInfo in base64url.
   * @returns `undefined` if it is not a key on P-256.
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

  /** @param signature In the format of IEEE P1363, which WebCrypto uses, in base64url. */
  verifies(text: string, signature: string): boolean {
    const bytes = Buffer.from(signature, 'base64url')
    if (bytes.length !== signatureLength) return false
    const key = { key: this.#key, dsaEncoding: 'ieee-p1363' } as const
    return verify('sha256', Buffer.from(text), key, bytes)
  }
}
