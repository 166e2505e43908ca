import type { ActivationCodes } from '../people/enrolment/activation_codes.ts'
import type { Acts } from './acts.ts'
import type { KnownPerson } from './person.ts'
import type { PortalSessions } from './portal_sessions.ts'

/** A user's sessions at the portal. */
export class OwnSessions {
  readonly #acts: Acts
  readonly #sessions: PortalSessions
  readonly #activationCodes: ActivationCodes

  constructor(acts: Acts, sessions: PortalSessions, activationCodes: ActivationCodes) {
    this.#acts = acts
    this.#sessions = sessions
    this.#activationCodes = activationCodes
  }

  /**
   * Ends the user's sessions except the one that asks, and withdraws the user's unused activation codes:
   * one of the ended sessions may have made them.
   *
   * @returns How many sessions ended.
   */
  async signOutElsewhere({ session, user }: KnownPerson): Promise<number> {
    return await this.#acts.run(async (db) => {
      const ended = await this.#sessions.endOthers(user.userId, session.tokenHash, db)
      await this.#activationCodes.withdraw(user.userId, db)
      const description = `sessions=${ended}`
      return { result: ended, user, action: 'portal_sign_out_elsewhere', description }
    })
  }
}
