import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  type PublicKeyCredentialRequestOptionsJSON,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server'
import type {
  WebauthnCredential,
  WebauthnCredentials,
} from '../authenticators/passkey/webauthn_credentials.ts'
import type { StoreDb } from '../store/store.ts'
import type { PasskeyChallenges } from './passkey_challenges.ts'
import type { RelyingParty } from './relying_party.ts'

/** What a browser sends after the user has used a passkey. */
export type PasskeyResponse = AuthenticationResponseJSON

/** A passkey that signed the challenge, with its new signature counter. */
export interface ProvedPasskey {
  readonly credential: WebauthnCredential
  readonly counter: number
}

/** Verifies that a browser has a passkey (WebAuthn §7.2). */
export class PasskeyAssertion {
  readonly #db: StoreDb
  readonly #credentials: WebauthnCredentials
  readonly #challenges: PasskeyChallenges
  readonly #relyingParty: RelyingParty

  constructor(
    db: StoreDb,
    credentials: WebauthnCredentials,
    challenges: PasskeyChallenges,
    relyingParty: RelyingParty,
  ) {
    this.#db = db
    this.#credentials = credentials
    this.#challenges = challenges
    this.#relyingParty = relyingParty
  }

  /** What the browser needs to ask for any passkey of this service; names no user. */
  async options(tokenHash: string): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const options = await generateAuthenticationOptions({
      rpID: this.#relyingParty.id,
      userVerification: 'required',
    })
    await this.#challenges.issue(tokenHash, options.challenge)
    return options
  }

  /**
   * @returns `undefined` if it proves nothing, for whatever reason.
   * @throws {SelfServiceError} `passkey` for a challenge of another session, or a used one.
   */
  async verify(tokenHash: string, response: PasskeyResponse): Promise<ProvedPasskey | undefined> {
    const challenge = await this.#challenges.take(tokenHash, response.response.clientDataJSON)
    const credential = await this.#credentials.byWebauthnId(response.id, this.#db)
    if (credential === undefined) return undefined
    // the passkey must name its user, and name the right one
    const { userHandle } = response.response
    if (userHandle !== Buffer.from(credential.userId).toString('base64url')) return undefined
    const verified = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: this.#relyingParty.origin,
      expectedRPID: this.#relyingParty.id,
      requireUserVerification: true,
      credential: {
        id: credential.webauthnId,
        publicKey: new Uint8Array(Buffer.from(credential.publicKey, 'base64url')),
        counter: credential.counter,
      },
    }).catch(() => undefined)
    if (verified?.verified !== true) return undefined
    return { credential, counter: verified.authenticationInfo.newCounter }
  }
}
