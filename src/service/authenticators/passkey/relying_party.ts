/** This service as the relying party of passkeys (WebAuthn §5.4.2). */
export class RelyingParty {
  readonly name = 'Countersign'
  /** COSE algorithms EdDSA, ES256 and RS256; every authenticator supports one. */
  readonly algorithms = [-8, -7, -257]
  readonly #publicHost: () => string

  /** @param publicHost Host name, with its port unless that is 443. */
  constructor(publicHost: () => string) {
    this.#publicHost = publicHost
  }

  /** What passkeys are bound to: the host name without a port. */
  get id(): string {
    return new URL(this.origin).hostname
  }

  get origin(): string {
    return `https://${this.#publicHost()}`
  }
}
