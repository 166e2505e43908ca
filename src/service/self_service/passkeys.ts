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
import type { Clock } from '../../host/clock.ts'
import type {
  WebauthnCredential,
  WebauthnCredentials,
} from '../authenticators/passkey/webauthn_credentials.ts'
import type { Store } from '../store/store.ts'
import type { Acts } from './acts.ts'
import { readName } from './own_devices.ts'
import { type KnownPerson, SelfServiceError } from './person.ts'
import type { PortalSessions } from './portal_sessions.ts'

export interface PasskeysParts {
  readonly store: Store
  readonly acts: Acts
  readonly sessions: PortalSessions
  readonly credentials: WebauthnCredentials
  /** Host name, with its port where that is not 443: what passkeys are bound to. */
  readonly apiHost: () => string
  readonly clock: Clock
}

/** A passkey that has proved to be there, with what has to be written down of it. */
export interface ProvedPasskey {
  readonly credential: WebauthnCredential
  readonly counter: number
}

const relyingParty = 'Countersign'
/** COSE: EdDSA, ES256, RS256, which every authenticator has one of. */
const algorithms = [-8, -7, -257]
/** What the browser says that it signs (WebAuthn §5.8.1), so far as is looked at here. */
interface ClientData {
  readonly challenge?: unknown
}

/** Passkeys: made in a session that has proved something, and asked for at the sign-in (WebAuthn). */
export class Passkeys {
  readonly #parts: PasskeysParts

  constructor(parts: PasskeysParts) {
    this.#parts = parts
  }

  /** What the browser needs to make a passkey. */
  async registrationOptions({
    session,
    user,
  }: KnownPerson): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const { credentials, sessions } = this.#parts
    const own = await credentials.ofUser(user.userId)
    const options = await generateRegistrationOptions({
      rpName: relyingParty,
      rpID: this.#relyingPartyId(),
      userName: user.username,
      userDisplayName: user.realname === '' ? user.username : user.realname,
      userID: new TextEncoder().encode(user.userId),
      attestationType: 'none',
      supportedAlgorithmIDs: algorithms,
      excludeCredentials: own.map(({ webauthnId, transports }) => ({
        id: webauthnId,
        transports: [...transports],
      })),
      // it says itself whose it is, so that the sign-in needs no list of anybody's passkeys
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    })
    await sessions.setChallenge(session.tokenHash, options.challenge)
    return options
  }

  /** @throws {SelfServiceError} `passkey` where it is not what was asked for. */
  async register(
    { session, user }: KnownPerson,
    response: RegistrationResponseJSON,
    typedName: string,
  ): Promise<string> {
    const { acts, credentials } = this.#parts
    const name = readName(typedName)
    const challenge = await this.#taken(session.tokenHash, response.response.clientDataJSON)
    const verified = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: this.#origin(),
      expectedRPID: this.#relyingPartyId(),
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    }).catch(() => undefined)
    if (verified?.verified !== true) throw refused()
    const { credential } = verified.registrationInfo
    return await acts.run(async (db, now) => {
      const added = await credentials.add(
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

  /** What the browser needs to ask for a passkey: of whom is not said. */
  async signInOptions(tokenHash: string): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const options = await generateAuthenticationOptions({
      rpID: this.#relyingPartyId(),
      userVerification: 'required',
    })
    await this.#parts.sessions.setChallenge(tokenHash, options.challenge)
    return options
  }

  /** @returns `undefined` where it proves nothing, for whatever reason. */
  async proved(
    tokenHash: string,
    response: AuthenticationResponseJSON,
  ): Promise<ProvedPasskey | undefined> {
    const challenge = await this.#taken(tokenHash, response.response.clientDataJSON)
    const credential = await this.#parts.credentials.byWebauthnId(response.id)
    if (credential === undefined) return undefined
    const { userHandle } = response.response
    // it must say itself whose it is, and say the truth
    if (userHandle !== Buffer.from(credential.userId).toString('base64url')) return undefined
    const verified = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: this.#origin(),
      expectedRPID: this.#relyingPartyId(),
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

  /** The challenge that was signed, if this session asked for it and nobody has used it yet. */
  async #taken(tokenHash: string, clientDataJSON: string): Promise<string> {
    const { sessions, store } = this.#parts
    const challenge = challengeIn(clientDataJSON)
    if (challenge === undefined) throw refused()
    if (!(await sessions.takeChallenge(tokenHash, challenge, store.db))) throw refused()
    return challenge
  }

  #relyingPartyId(): string {
    return new URL(this.#origin()).hostname
  }

  #origin(): string {
    return `https://${this.#parts.apiHost()}`
  }
}

function challengeIn(clientDataJSON: string): string | undefined {
  try {
    const data: ClientData = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString())
    return typeof data.challenge === 'string' && data.challenge !== '' ? data.challenge : undefined
  } catch {
    return undefined
  }
}

function refused(): SelfServiceError {
  return new SelfServiceError('passkey', 'This passkey was not taken. Please try again.')
}
