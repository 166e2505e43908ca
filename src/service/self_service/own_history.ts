import type { Clock } from '../../host/clock.ts'
import type { AuthenticationEvent, AuthenticationLog } from '../audit/authentication_log.ts'
import type { ActivationCodes } from '../people/enrolment/activation_codes.ts'
import type { Users } from '../people/users.ts'
import type { Authentication } from '../sign_in/authentication.ts'
import type { Acts } from './acts.ts'
import { type KnownPerson, SelfServiceError } from './person.ts'
import type { PortalSessions } from './portal_sessions.ts'

export interface OwnHistoryParts {
  readonly acts: Acts
  readonly log: AuthenticationLog
  readonly sessions: PortalSessions
  readonly activationCodes: ActivationCodes
  readonly users: Users
  readonly authentication: Authentication
  readonly clock: Clock
}

/** One sign-in as its user is shown it. */
export interface PastSignIn extends AuthenticationEvent {
  /** Whether its user has said that it was not he. */
  readonly reported: boolean
}

const dayMs = 24 * 60 * 60_000
const shownDays = 90
const maxShown = 100
const marked = 'user_marked_fraud'

/** What has happened in a user's name, and what he says to it. */
export class OwnHistory {
  readonly #parts: OwnHistoryParts

  constructor(parts: OwnHistoryParts) {
    this.#parts = parts
  }

  /** The last hundred sign-ins of three months, the newest first. */
  async list({ user }: KnownPerson): Promise<PastSignIn[]> {
    const { log, clock } = this.#parts
    const since = clock.now() - shownDays * dayMs
    const events = await log.ofUser(user.userId, { since, limit: maxShown })
    const reported = new Set(
      events.filter(({ result }) => result === 'fraud').map(({ txid }) => txid),
    )
    // what was marked afterwards has a line of its own; what was reported on the phone has that alone
    const signedIn = new Set(
      events.filter(({ reason }) => reason !== marked).map(({ txid }) => txid),
    )
    return events
      .filter(({ reason, txid }) => reason !== marked || !signedIn.has(txid))
      .map((event) => ({ ...event, reported: event.txid !== null && reported.has(event.txid) }))
  }

  /**
   * Marks a sign-in as somebody else's, and has those told who run the service.
   *
   * @returns Whether the account is locked for it: then this session is over, too.
   * @throws {SelfServiceError} `not_found` where it is none of his, or marked already.
   */
  async report({ user }: KnownPerson, txid: string): Promise<boolean> {
    const { authentication, users } = this.#parts
    if (await authentication.reportFraud(user.userId, txid)) {
      return (await users.byId(user.userId))?.status === 'locked out'
    }
    throw new SelfServiceError('not_found', 'This sign-in has been reported already.')
  }

  /**
   * Ends all sessions of this user but the one that asks, and with them the links that they may have
   * made for another phone. @returns How many.
   */
  async signOutElsewhere({ session, user }: KnownPerson): Promise<number> {
    const { acts, sessions, activationCodes } = this.#parts
    return await acts.run(async (db) => {
      const ended = await sessions.endOthers(user.userId, session.tokenHash, db)
      await activationCodes.withdraw(user.userId, db)
      const description = `sessions=${ended}`
      return { result: ended, user, action: 'portal_sign_out_elsewhere', description }
    })
  }
}
