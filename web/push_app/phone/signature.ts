import { base64url, utf8 } from './encoding.ts'

/** Signs with this phone's key. The signature has the format of IEEE P1363: r, then s. */
export async function signed(key: CryptoKey, text: string): Promise<string> {
  const kind = { name: 'ECDSA', hash: 'SHA-256' }
  return base64url(await crypto.subtle.sign(kind, key, utf8(text)))
}
