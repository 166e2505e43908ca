import type { Clock } from '../../../host/clock.ts'
import { Secret } from '../../../host/secret.ts'
import { acceptableMoments, limitedDrift, OathKey } from '../../authenticators/oath/oath_code.ts'
import { newSecret } from '../../authenticators/oath/oath_secret.ts'
import type { OathToken } from '../../authenticators/oath/oath_token.ts'
import type { OathTokens } from '../../authenticators/oath/oath_tokens.ts'
import { otpauthUri } from '../../authenticators/oath/otpauth_uri.ts'
import type { Users } from '../../people/users.ts'
import type { StoreDb } from '../../store/store.ts'
import type { Acts } from '../acts.ts'
import type { Enrolments } from '../enrolments.ts'
import { type KnownPerson, notFound, type Person, SelfServiceError } from '../person.ts'
import type { AuthenticatorSetups } from './authenticator_setups.ts'
import type { OwnBelongings } from './belongings.ts'
import { readName } from './device_name.ts'

/** A secret for an authenticator app, as the page shows it. */
export interface BegunSetup {
  /** In base32. */
  readonly secret: string
  readonly uri: string
}

/** What every authenticator app supports (RFC 6238). */
const parameters = { kind: 'totp', digits: 6, algorithm: 'SHA1', stepSecs: 30 } as const
const maxApps = 10

/**
 * Authenticator apps that users add themselves, such as Google Authenticator. Each is a TOTP token, and
 * policies treat it as a hardware token.
 */
export class AuthenticatorApps {
  readonly #acts: Acts
  readonly #setups: AuthenticatorSetups
  readonly #enrolments: Enrolments
  readonly #users: Users
  readonly #tokens: OathTokens
  readonly #belongings: OwnBelongings
  readonly #issuer: () => Promise<string>
  readonly #clock: Clock

  /** @param issuer Name of the organisation, which the app shows. */
  constructor(
    acts: Acts,
    setups: AuthenticatorSetups,
    enrolments: Enrolments,
    users: Users,
    tokens: OathTokens,
    belongings: OwnBelongings,
    issuer: () => Promise<string>,
    clock: Clock,
  ) {
    this.#acts = acts
    this.#setups = setups
    this.#enrolments = enrolments
    this.#users = users
    this.#tokens = tokens
    this.#belongings = belongings
    this.#issuer = issuer
    this.#clock = clock
  }

  /** @returns A new secret, valid for ten minutes. It is no token before a code confirms it. */
  async begin({ session, user }: Person): Promise<BegunSetup> {
    const secret = newSecret()
    await this.#setups.begin(session.tokenHash, secret, this.#clock.now())
    const username = user?.username ?? session.username
    const token = { ...parameters, position: 0 }
    return { secret, uri: otpauthUri(await this.#issuer(), username, token, secret) }
  }

  /**
   * Adds the app once it shows the right code. That code can't be used at a sign-in any more.
   *
   * @returns The identifier of the new token.
   * @throws {SelfServiceError} `wrong_code`, `code_over`, `too_many`, `name`
   */
  async confirm(person: Person, typed: string, typedName: string): Promise<string> {
    const name = readAppName(typedName)
    const { tokenHash } = person.session
    // in its own transaction: a wrong code stays counted, whatever happens next
    const tried = await this.#setups.countTry(tokenHash, this.#clock.now())
    if (tried === 'over') throw setupOver()
    return await this.#acts.run(async (db, now) => {
      const moments = acceptableMoments(parameters, { position: 0, drift: 0 }, now)
      const code = typed.replace(/\s/g, '')
      const step = new OathKey(tried.secret).findMoment(parameters, code, moments)
      if (step === undefined) throw wrongCode()
      const known = await this.#enrolments.known(person, db, now)
      const { userId } = known.user
      await this.#users.hold(userId, db)
      if (!(await this.#setups.finish(tokenHash, tried.sealed, db))) throw setupOver()
      await this.#requireRoom(userId, db)
      const { token } = await this.#tokens.create(
        userId,
        {
          ...parameters,
          appName: name,
          secret: new Secret(tried.secret),
          counter: step,
          drift: limitedDrift(parameters, step, now),
        },
        now,
        db,
      )
      await this.#enrolments.deviceAdded(known, now, db)
      return {
        result: token.tokenId,
        user: known.user,
        action: 'authenticator_app_create',
        description: `${token.tokenId} ${name}`,
        notice: { kind: 'device_added', name },
      }
    })
  }

  /** @throws {SelfServiceError} `not_found`, `name` */
  async rename(person: KnownPerson, tokenId: string, typedName: string): Promise<void> {
    const name = readAppName(typedName)
    await this.#acts.run(async (db) => {
      await this.#own(person, tokenId, db)
      await this.#tokens.renameApp(tokenId, name, db)
      const description = `${tokenId} name=${name}`
      return {
        result: undefined,
        user: person.user,
        action: 'authenticator_app_update',
        description,
      }
    })
  }

  /**
   * Removes an app. The user's row is locked first, as in `OwnPhones.remove`.
   *
   * @throws {SelfServiceError} `not_found`, `last_way_in`
   */
  async remove(person: KnownPerson, tokenId: string): Promise<void> {
    const { user } = person
    await this.#acts.run(async (db) => {
      await this.#users.hold(user.userId, db)
      const { appName } = await this.#own(person, tokenId, db)
      await this.#belongings.requireOther(user.userId, tokenId, db)
      await this.#tokens.remove(tokenId, db)
      return {
        result: undefined,
        user,
        action: 'authenticator_app_delete',
        description: tokenId,
        notice: { kind: 'device_removed', name: appName ?? '' },
      }
    })
  }

  async #requireRoom(userId: string, db: StoreDb): Promise<void> {
    const apps = (await this.#tokens.ofUser(userId, db)).filter(({ appName }) => appName !== null)
    if (apps.length < maxApps) return
    throw new SelfServiceError(
      'too_many',
      `You have the maximum of ${maxApps} authenticator apps. Remove one first.`,
    )
  }

  /** Tokens that an administrator has assigned are not the user's to change. */
  async #own({ session, user }: KnownPerson, tokenId: string, db: StoreDb): Promise<OathToken> {
    const since = session.kind === 'enrollment' ? session.created : 0
    const own = await this.#tokens.ofUser(user.userId, db)
    const app = own.find((token) => token.tokenId === tokenId && token.appName !== null)
    if (app === undefined || app.created < since) throw notFound()
    return app
  }
}

function readAppName(typed: string): string {
  const name = readName(typed)
  return name === '' ? 'Authenticator app' : name
}

function wrongCode(): SelfServiceError {
  return new SelfServiceError(
    'wrong_code',
    'The code is wrong. Type the code that the app shows now, and check that your phone sets its time automatically.',
  )
}

function setupOver(): SelfServiceError {
  return new SelfServiceError(
    'code_over',
    'This QR code no longer works. Start again with a new one.',
  )
}
