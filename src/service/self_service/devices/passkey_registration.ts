import {
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type RegistrationResponseJSON,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import type { RelyingParty } from '../../authenticators/passkey/relying_party.ts'
import type { WebauthnCredentials } from '../../authenticators/passkey/webauthn_credentials.ts'
import type { StoreDb } from '../../store/store.ts'
import type { Acts } from '../acts.ts'
import { type PasskeyChallenges, passkeyRefused } from '../passkey_challenges.ts'
import type { KnownPerson } from '../person.ts'
import { readName } from './device_name.ts'

/** Registers passkeys (WebAuthn §7.1), in a session that has proved a second factor. */
export class PasskeyRegistration {
  readonly #db: StoreDb
  readonly #acts: Acts
  readonly #credentials: WebauthnCredentials
  readonly #challenges: PasskeyChallenges
  readonly #relyingParty: RelyingParty

  constructor(
    db: StoreDb,
    acts: Acts,
    credentials: WebauthnCredentials,
    challenges: PasskeyChallenges,
    relyingParty: RelyingParty,
  ) {
    this.#db = db
    this.#acts = acts
    this.#credentials = credentials
    this.#challenges = challenges
    this.#relyingParty = relyingParty
  }

  /** What the browser needs to make a passkey. */
  async options({ session, user }: KnownPerson): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const { id, name, algorithms } = this.#relyingParty
    const own = await this.#credentials.ofUser(user.userId, this.#db)
    const options = await generateRegistrationOptions({
      rpName: name,
      rpID: id,
      userName: user.username,
      userDisplayName: user.realname === '' ? user.username : user.realname,
      userID: new TextEncoder().encode(user.userId),
      attestationType: 'none',
      supportedAlgorithmIDs: algorithms,
      excludeCredentials: own.map(({ webauthnId, transports }) => ({
        id: webauthnId,
        transports: [...transports],
      })),
      // a discoverable credential names its user, so that the sign-in reveals no user's passkeys
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    })
    await this.#challenges.issue(session.tokenHash, options.challenge)
    return options
  }

  /**
   * @returns The identifier of the new passkey.
   * @throws {SelfServiceError} `passkey` if the browser's answer does not match what was asked for.
   */
  async register(
    { session, user }: KnownPerson,
    response: RegistrationResponseJSON,
    typedName: string,
  ): Promise<string> {
    const name = readName(typedName)
    const challenge = await this.#challenges.take(
      session.tokenHash,
      response.response.clientDataJSON,
    )
    const { id, origin, algorithms } = this.#relyingParty
    const verified = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    }).catch(() => undefined)
    if (verified?.verified !== true) throw passkeyRefused()
    const { credential } = verified.registrationInfo
    return await this.#acts.run(async (db, now) => {
      const added = await this.#credentials.add(
        {
          webauthnId: credential.id,
          userId: user.userId,
          publicKey: Buffer.from(credential.publicKey).toString('base64url'),
          counter: credential.counter,
          transports: credential.transports ?? [],
          name: name === '' ? 'Passkey' : name,
        },
        now,
        db,
      )
      return {
        result: added.credentialId,
        user,
        action: 'passkey_create',
        description: `${added.credentialId} ${added.name}`,
        notice: { kind: 'passkey_added', name: added.name },
      }
    })
  }
}
