import { HmacMd5Key } from './md5.ts'

/** A secret that a RADIUS client and its server share (RFC 2865 §3), with its key schedule kept. */
export class SharedSecret {
  /** The secret's octets, UTF-8. */
  readonly octets: Uint8Array
  readonly hmac: HmacMd5Key

  constructor(secret: string) {
    this.octets = new TextEncoder().encode(secret)
    this.hmac = new HmacMd5Key(this.octets)
  }
}
