/** This service as the relying party of passkeys (WebAuthn §5.4.2). */
export class RelyingParty {
  /** COSE algorithms EdDSA, ES256 and RS256; every authenticator supports one. */
  readonly algorithms = [-8, -7, -257]
  readonly #publicHost: () => string
  readonly #organisation: { readonly name: string }

  /** @param publicHost Host name, with its port unless that is 443. */
  constructor(publicHost: () => string, organisation: { readonly name: string }) {
    this.#publicHost = publicHost
    this.#organisation = organisation
  }

  /** As browsers show it when they create a passkey. */
  get name(): string {
    return this.#organisation.name
  }

  /** What passkeys are bound to: the host name without a port. */
  get id(): string {
    return new URL(this.origin).hostname
  }

  get origin(): string {
    return `https://${this.#publicHost()}`
  }
}
