import { Secret as OathSecret } from 'otpauth'
import type { Secret } from '../../../host/secret.ts'
import { DirectoryError } from '../../people/user.ts'

/** A token's secret from base32, as it was typed. @throws {DirectoryError} `DIRECTORY_SECRET`. */
export function checkedSecret(secret: Secret): OathSecret {
  try {
    const read = OathSecret.fromBase32(secret.reveal().replace(/[\s-]/g, '').toUpperCase())
    if (read.bytes.length >= 10) return read
  } catch {
    // told below: the library's message could repeat what was typed
  }
  throw new DirectoryError('DIRECTORY_SECRET', 'the secret is not base32 of 10 octets or more')
}
