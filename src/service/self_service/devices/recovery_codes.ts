import type { BypassCodes } from '../../authenticators/bypass/bypass_codes.ts'
import type { Acts } from '../acts.ts'
import type { KnownPerson } from '../person.ts'

const codeCount = 10

/** Bypass codes that users make for themselves. */
export class RecoveryCodes {
  readonly #acts: Acts
  readonly #bypassCodes: BypassCodes

  constructor(acts: Acts, bypassCodes: BypassCodes) {
    this.#acts = acts
    this.#bypassCodes = bypassCodes
  }

  /**
   * Replaces the user's recovery codes by ten new ones, each valid for one sign-in. Bypass codes of an
   * administrator keep working.
   *
   * @returns The codes, which can't be read again.
   */
  async make({ user }: KnownPerson): Promise<string[]> {
    return await this.#acts.run(async (db, now) => {
      const codes = await this.#bypassCodes.createRecovery(
        user.userId,
        { count: codeCount, createdBy: `user:${user.username}` },
        now,
        db,
      )
      return {
        result: codes,
        user,
        action: 'bypass_create',
        description: `count=${codes.length}`,
        notice: { kind: 'recovery_codes_made' },
      }
    })
  }
}
