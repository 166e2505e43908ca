import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import type { RelyingParty } from '../authenticators/passkey/relying_party.ts'
import type { StoreDb } from '../store/store.ts'
import { type Administrator, AdministratorError } from './administrator.ts'
import type { AdministratorFactor, AdministratorFactors, NewFactor } from './factors.ts'
import type { AdministratorSession, AdministratorSessions } from './sessions.ts'

/**
 * WebAuthn §4. A shorter id could be that of a phone, whose owner could then not add it as a factor: the
 * ids of all factors differ.
 */
const minIdOctets = 16

/**
 * Passkeys of administrators (WebAuthn). The portal's passkeys are other credentials: these are not
 * discoverable, and are asked for by their ids.
 */
export class AdministratorPasskeys {
  readonly #factors: AdministratorFactors
  readonly #sessions: AdministratorSessions
  readonly #relyingParty: RelyingParty

  constructor(
    factors: AdministratorFactors,
    sessions: AdministratorSessions,
    relyingParty: RelyingParty,
  ) {
    this.#factors = factors
    this.#sessions = sessions
    this.#relyingParty = relyingParty
  }

  /** What the browser needs to make a passkey. */
  async creationOptions(
    { tokenHash }: AdministratorSession,
    { adminId, email, name }: Administrator,
    db: StoreDb,
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const { id, name: rpName, algorithms } = this.#relyingParty
    const options = await generateRegistrationOptions({
      rpName,
      rpID: id,
      userName: `${email} (administrator)`,
      userDisplayName: name,
      userID: new TextEncoder().encode(adminId),
      attestationType: 'none',
      supportedAlgorithmIDs: algorithms,
      excludeCredentials: await this.#descriptors(adminId, db),
      authenticatorSelection: { residentKey: 'discouraged', userVerification: 'preferred' },
    })
    await this.#sessions.setChallenge(tokenHash, options.challenge, db)
    return options
  }

  /**
   * Verifies a new passkey.
   *
   * @throws {AdministratorError} `passkey` if the answer does not match what was asked for.
   */
  async verifyCreation(
    { tokenHash, adminId }: AdministratorSession,
    response: RegistrationResponseJSON,
    db: StoreDb,
  ): Promise<Omit<NewFactor, 'name'>> {
    const challenge = await this.#takeChallenge(tokenHash, response.response.clientDataJSON, db)
    const { id, origin, algorithms } = this.#relyingParty
    const verified = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: false,
      supportedAlgorithmIDs: algorithms,
    }).catch(() => undefined)
    if (verified?.verified !== true) throw passkeyRefused()
    const { credential } = verified.registrationInfo
    if (Buffer.from(credential.id, 'base64url').length < minIdOctets) throw passkeyRefused()
    return {
      adminId,
      kind: 'passkey',
      externalId: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      position: credential.counter,
      transports: credential.transports ?? [],
    }
  }

  /** What the browser needs to ask for one of the administrator's passkeys. */
  async requestOptions(
    { tokenHash, adminId }: AdministratorSession,
    db: StoreDb,
  ): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const options = await generateAuthenticationOptions({
      rpID: this.#relyingParty.id,
      allowCredentials: await this.#descriptors(adminId, db),
      userVerification: 'preferred',
    })
    await this.#sessions.setChallenge(tokenHash, options.challenge, db)
    return options
  }

  /**
   * Verifies the signature of a passkey of the session's administrator, and advances its counter.
   *
   * @throws {AdministratorError} `passkey`
   */
  async verify(
    { tokenHash, adminId }: AdministratorSession,
    response: AuthenticationResponseJSON,
    now: number,
    db: StoreDb,
  ): Promise<void> {
    const challenge = await this.#takeChallenge(tokenHash, response.response.clientDataJSON, db)
    const passkey = (await this.#held(adminId, db)).find((one) => one.externalId === response.id)
    if (passkey?.publicKey == null) throw passkeyRefused()
    const verified = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: this.#relyingParty.origin,
      expectedRPID: this.#relyingParty.id,
      requireUserVerification: false,
      credential: {
        id: response.id,
        publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
        counter: passkey.position,
      },
    }).catch(() => undefined)
    if (verified?.verified !== true) throw passkeyRefused()
    const { newCounter } = verified.authenticationInfo
    if (!(await this.#factors.consumeCounter(passkey, newCounter, now, db))) throw passkeyRefused()
  }

  async #held(adminId: string, db: StoreDb): Promise<AdministratorFactor[]> {
    const held = await this.#factors.ofAdministrator(adminId, db)
    return held.filter(({ kind }) => kind === 'passkey')
  }

  async #descriptors(adminId: string, db: StoreDb) {
    return (await this.#held(adminId, db)).map(({ externalId, transports }) => ({
      id: externalId ?? '',
      transports: [...transports],
    }))
  }

  async #takeChallenge(tokenHash: string, clientDataJSON: string, db: StoreDb): Promise<string> {
    const challenge = readChallenge(clientDataJSON)
    if (challenge === undefined) throw passkeyRefused()
    if (await this.#sessions.takeChallenge(tokenHash, challenge, db)) return challenge
    throw passkeyRefused()
  }
}

function passkeyRefused(): AdministratorError {
  return new AdministratorError('passkey', 'This passkey was not accepted. Try again.')
}

function readChallenge(clientDataJSON: string): string | undefined {
  try {
    const data: { readonly challenge?: unknown } = JSON.parse(
      Buffer.from(clientDataJSON, 'base64url').toString(),
    )
    return typeof data.challenge === 'string' && data.challenge !== '' ? data.challenge : undefined
  } catch {
    return undefined
  }
}
