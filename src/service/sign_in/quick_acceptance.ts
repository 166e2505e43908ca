import { passcodeMethod } from '../applications/policy/authentication_methods.ts'
import type { PolicyRules } from '../applications/policy/policy_sections.ts'
import { stepOfUnchanged, type UnchangedMove } from '../authenticators/oath/consume_step.ts'
import type { OathPasscode } from '../authenticators/oath/oath_passcode.ts'
import type { OathTokenRow } from '../authenticators/oath/oath_tokens.ts'
import type { UserRecord } from '../people/user.ts'
import type { Users } from '../people/users.ts'
import { prepared } from '../store/prepared.ts'
import type { StoreDb } from '../store/store.ts'
import { hasNoFailures } from './lockout.ts'
import { acceptedPasscode, type CheckedPasscode } from './passcode_check.ts'

/** What was read of a user when the sign-in began. */
export interface KnownUser {
  readonly user: Pick<UserRecord, 'userId' | 'lastLogin'>
  readonly tokens: readonly OathTokenRow[]
}

const takeStep = prepared((db, move: UnchangedMove) =>
  stepOfUnchanged(db, move).where(hasNoFailures(move.userId)),
)

/**
 * The usual passcode: the right code of a token, of a user without wrong passcodes. Nothing is read again,
 * for one UPDATE uses the code up and makes sure that all is still as it was read.
 */
export class QuickAcceptance {
  readonly #oath: OathPasscode
  readonly #users: Pick<Users, 'signedIn'>

  constructor(oath: OathPasscode, users: Pick<Users, 'signedIn'>) {
    this.#oath = oath
    this.#users = users
  }

  /** @returns `undefined` if nothing was changed and `PasscodeCheck` must decide. */
  async accept(
    { user, tokens }: KnownUser,
    passcode: string,
    { authentication_methods: methods }: PolicyRules,
    now: number,
    db: StoreDb,
  ): Promise<CheckedPasscode | undefined> {
    const foreseen = this.#oath.foresee(tokens, passcode, now)
    if (foreseen === undefined) return undefined
    const { move, accepted } = foreseen
    if (methods.blocked_auth_list.includes(passcodeMethod(accepted))) return undefined
    const { userId, lastLogin } = user
    if ((await takeStep(db, { ...move, userId })).length === 0) return undefined
    await this.#users.signedIn({ userId, lastLogin }, now, db)
    return acceptedPasscode(accepted)
  }
}
