import { statusMessage } from '../../duo/index.ts'
import { passcodeMethod } from '../applications/policy/authentication_methods.ts'
import type { PolicyRules } from '../applications/policy/policy_sections.ts'
import type { PasscodeKind, PasscodeRequest } from '../authenticators/passcode/passcode_kind.ts'
import type { Users } from '../people/users.ts'
import type { StoreDb } from '../store/store.ts'
import { blockedMethod } from './decision_outcome.ts'
import type { Lockout, Source } from './lockout.ts'
import { isResend, toLockoutSettings } from './lockout_rule.ts'
import type { Outcome } from './transaction/transaction.ts'

/** The outcome of a passcode, with its details for the log. */
export interface CheckedPasscode {
  readonly outcome: Outcome
  readonly reason: string
  readonly factor: string
  readonly device: string
  /** Called once the sign-in is committed. */
  readonly afterCommit?: (() => void) | undefined
}

/** Checks passcodes of all kinds, and counts wrong ones (docs/lockout.md). */
export class PasscodeCheck {
  readonly #lockout: Lockout
  readonly #users: Pick<Users, 'signedIn'>
  readonly #kinds: readonly PasscodeKind[]

  /** @param kinds In the order in which they are tried. */
  constructor(lockout: Lockout, users: Pick<Users, 'signedIn'>, kinds: readonly PasscodeKind[]) {
    this.#lockout = lockout
    this.#users = users
    this.#kinds = kinds
  }

  /**
   * Whether text can be a passcode at all. Other text does not count as a guess.
   *
   * @param typed Without blanks.
   */
  isPasscode(typed: string): boolean {
    return this.#kinds.some((kind) => kind.hasForm(typed))
  }

  /** The passcodes in clear text that `consume` would accept now, or knows as used. */
  async candidates(request: PasscodeRequest, now: number, db: StoreDb): Promise<string[]> {
    const found: string[] = []
    for (const kind of this.#kinds) {
      found.push(...((await kind.candidates?.(request, now, db)) ?? []))
    }
    return found
  }

  /**
   * Uses a passcode up. The count of wrong passcodes stays locked until the transaction ends, so that
   * parallel guesses are counted one by one. A passcode of a method that the policy blocks is used up and
   * denied.
   */
  async consume(
    source: Source,
    passcode: string,
    { authentication_methods: methods, lockout: limits }: PolicyRules,
    now: number,
    db: StoreDb,
  ): Promise<CheckedPasscode> {
    const { userId, ikey } = source
    const counts = await this.#lockout.hold(source, db)
    if (this.#lockout.isLocked(counts, now)) {
      return rejected('locked_out', statusMessage.lockedOut, 'locked_out')
    }
    const { blocked_auth_list: blocked, require_verified_push: verifiedPush } = methods
    let usedAt: number | undefined
    for (const kind of this.#kinds) {
      if (!kind.hasForm(passcode)) continue
      const consumed = await kind.consume({ userId, ikey, verifiedPush }, passcode, now, db)
      if (consumed.outcome === 'replayed') usedAt = consumed.usedAt
      if (consumed.outcome !== 'accepted') continue
      const { factor, device, afterCommit } = consumed
      if (blocked.includes(passcodeMethod(consumed))) {
        return { ...blockedMethod, factor, device, afterCommit }
      }
      await this.#lockout.reset(source, counts, db)
      await this.#users.signedIn({ userId }, now, db)
      return acceptedPasscode(consumed)
    }
    if (usedAt === undefined || !isResend(usedAt, now)) {
      await this.#lockout.countWrong(source, counts, passcode, toLockoutSettings(limits), now, db)
    }
    return usedAt === undefined
      ? rejected('deny', statusMessage.incorrectPasscode, 'invalid_passcode')
      : rejected('deny', statusMessage.passcodeUsed, 'passcode_already_used')
  }
}

const success: Outcome = { result: 'allow', status: 'allow', status_msg: statusMessage.success }

export function acceptedPasscode({
  factor,
  device,
  afterCommit,
}: Pick<CheckedPasscode, 'factor' | 'device' | 'afterCommit'>): CheckedPasscode {
  return { outcome: success, reason: 'valid_passcode', factor, device, afterCommit }
}

function rejected(status: string, status_msg: string, reason: string): CheckedPasscode {
  return { outcome: { result: 'deny', status, status_msg }, reason, factor: 'passcode', device: '' }
}
