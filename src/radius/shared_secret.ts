import { HmacMd5Key } from './hmac_md5.ts'
import { RadiusError } from './radius_error.ts'

/** The shared secret of a RADIUS client and server (RFC 2865 §3), with its key schedule. */
export class SharedSecret {
  /** The secret's octets, UTF-8. */
  readonly octets: Uint8Array
  readonly hmac: HmacMd5Key

  /** @throws {RadiusError} `RADIUS_EMPTY_SECRET`: RFC 2865 §3 forbids an empty one. */
  constructor(secret: string) {
    if (secret === '') throw new RadiusError('RADIUS_EMPTY_SECRET', 'the shared secret is empty')
    this.octets = new TextEncoder().encode(secret)
    this.hmac = new HmacMd5Key(this.octets)
  }
}
