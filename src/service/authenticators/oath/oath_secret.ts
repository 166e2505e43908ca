import { Secret as OathSecret } from 'otpauth'
import type { Secret } from '../../../host/secret.ts'
import { DirectoryError } from '../../people/user.ts'

/** As many bytes as RFC 4226 §4 recommends. */
const secretOctets = 20

/** A new random secret, in base32. */
export function newSecret(): string {
  return new OathSecret({ size: secretOctets }).base32
}

/** Parses a token's secret in base32, as typed. @throws {DirectoryError} `DIRECTORY_SECRET`. */
export function parseSecret(secret: Secret): OathSecret {
  try {
    const read = OathSecret.fromBase32(secret.reveal().replace(/[\s-]/g, '').toUpperCase())
    if (read.bytes.length >= 10) return read
  } catch {
    // the library's message could repeat the secret
  }
  throw new DirectoryError('DIRECTORY_SECRET', 'the secret must be base32 of at least 10 bytes')
}
