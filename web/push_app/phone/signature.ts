import { base64url, utf8 } from './encoding.ts'

/** By the key of this phone, as IEEE P1363 has it: r and s, one behind the other. */
export async function signed(key: CryptoKey, text: string): Promise<string> {
  const kind = { name: 'ECDSA', hash: 'SHA-256' }
  return base64url(await crypto.subtle.sign(kind, key, utf8(text)))
}
