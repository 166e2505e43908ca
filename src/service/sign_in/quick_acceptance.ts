import { sql } from 'kysely'
import { passcodeMethod } from '../applications/policy/authentication_methods.ts'
import type { PolicyRules } from '../applications/policy/policy_sections.ts'
import { appendIf } from '../audit/authentication_log.ts'
import { stepOfUnchanged, type UnchangedMove } from '../authenticators/oath/consume_step.ts'
import type { OathPasscode } from '../authenticators/oath/oath_passcode.ts'
import type { OathTokenRow } from '../authenticators/oath/oath_token.ts'
import { signedIn } from '../people/login_statements.ts'
import type { UserRecord } from '../people/user.ts'
import { lastLoginMs, type Users } from '../people/users.ts'
import { prepared } from '../store/prepared.ts'
import { isUniqueViolation, type StoreDb } from '../store/store.ts'
import { hasNoFailures } from './lockout.ts'
import { acceptedPasscode, type CheckedPasscode } from './passcode_check.ts'
import { claimIf } from './transaction/joined_requests.ts'

/** What was read of a user when the sign-in began. */
export interface KnownUser {
  readonly user: Pick<UserRecord, 'userId' | 'lastLogin'>
  readonly tokens: readonly OathTokenRow[]
}

/** A passcode that is right if nothing has changed since the user was read. */
export interface Foreseen {
  readonly move: UnchangedMove
  readonly lastLogin: number | null
  readonly accepted: CheckedPasscode
}

const takeStep = prepared((db, move: UnchangedMove) =>
  stepOfUnchanged(db, move).where(hasNoFailures(move.userId)),
)

interface AtOnce extends UnchangedMove {
  readonly earliest: number
  readonly line: string
  readonly claim: string | null
}

const takeStepAndLog = prepared<AtOnce, { readonly token_id: string }>((db, all) => {
  const isTaken = sql<boolean>`exists (select from taken)`
  const userId = sql<string>`(select ${all.userId}::text from taken)`
  const seen = signedIn.build(db, { userId, now: all.used, earliest: all.earliest })
  const statement = sql<{ readonly token_id: string }>`
    with taken as (${stepOfUnchanged(db, all).where(hasNoFailures(all.userId))}),
      seen as (${seen}),
      claimed as (${claimIf(all.claim, isTaken)}),
      logged as (${appendIf(all.line, isTaken)})
    select token_id from taken`
  return { compile: () => statement.compile(db) }
})

/**
 * Accepts the usual passcode: a correct code of a token, of a user without recent wrong passcodes. It reads
 * nothing again: one UPDATE uses up the code, and applies only if nothing has changed since it was read.
 */
export class QuickAcceptance {
  readonly #oath: OathPasscode
  readonly #users: Pick<Users, 'signedIn'>

  constructor(oath: OathPasscode, users: Pick<Users, 'signedIn'>) {
    this.#oath = oath
    this.#users = users
  }

  /** @returns `undefined` if `PasscodeCheck` must decide. */
  foresee(
    { user, tokens }: KnownUser,
    passcode: string,
    { authentication_methods: methods }: PolicyRules,
    now: number,
  ): Foreseen | undefined {
    const foreseen = this.#oath.foresee(tokens, passcode, now)
    if (foreseen === undefined) return undefined
    if (methods.blocked_auth_list.includes(passcodeMethod(foreseen.accepted))) return undefined
    const { userId, lastLogin } = user
    const accepted = acceptedPasscode(foreseen.accepted)
    return { move: { ...foreseen.move, userId }, lastLogin, accepted }
  }

  /** @returns Whether it was accepted; otherwise nothing was changed. */
  async accept({ move, lastLogin }: Foreseen, now: number, db: StoreDb): Promise<boolean> {
    if ((await takeStep(db, move)).length === 0) return false
    await this.#users.signedIn({ userId: move.userId, lastLogin }, now, db)
    return true
  }

  /** As `accept`, on PostgreSQL: one statement that also logs the sign-in, without a transaction around it. */
  async acceptAtOnce(
    { move }: Foreseen,
    written: Pick<AtOnce, 'line' | 'claim'>,
    db: StoreDb,
  ): Promise<boolean> {
    try {
      const all = { ...move, ...written, earliest: move.used - lastLoginMs }
      return (await takeStepAndLog(db, all)).length > 0
    } catch (error) {
      // an earlier transmission has begun the sign-in
      if (isUniqueViolation(error)) return false
      throw error
    }
  }
}
