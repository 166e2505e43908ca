import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  type PublicKeyCredentialRequestOptionsJSON,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server'
import type { StoreDb } from '../../store/store.ts'
import type { RelyingParty } from './relying_party.ts'
import type { WebauthnCredential, WebauthnCredentials } from './webauthn_credentials.ts'

/** What a browser sends after the user used a passkey. */
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
  readonly #relyingParty: RelyingParty

  constructor(db: StoreDb, credentials: WebauthnCredentials, relyingParty: RelyingParty) {
    this.#db = db
    this.#credentials = credentials
    this.#relyingParty = relyingParty
  }

  /** What the browser needs to ask for any passkey of this service; names no user. */
  async options(): Promise<PublicKeyCredentialRequestOptionsJSON> {
    return await generateAuthenticationOptions({
      rpID: this.#relyingParty.id,
      userVerification: 'required',
    })
  }

  /**
   * @param challenge The one of `options`; the caller has checked that it is used once.
   * @returns `undefined` if the response is not a valid signature of a registered passkey.
   */
  async verify(challenge: string, response: PasskeyResponse): Promise<ProvedPasskey | undefined> {
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
