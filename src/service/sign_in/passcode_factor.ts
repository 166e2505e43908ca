import { statusMessage } from '../../duo/index.ts'
import type { Clock } from '../../host/clock.ts'
import type { EffectivePolicy } from '../applications/policy/policy_layers.ts'
import type { Store } from '../store/store.ts'
import { methodsDecider } from './decision.ts'
import { blockedMethod } from './decision_outcome.ts'
import type { EndedAttempt } from './journal.ts'
import type { CheckedPasscode, PasscodeCheck } from './passcode_check.ts'
import type { KnownUser, QuickAcceptance } from './quick_acceptance.ts'
import type { Settlement } from './settlement.ts'
import { sourceAddress } from './source_address.ts'
import type { Attempt } from './transaction/attempt.ts'
import type { Denial, Outcome } from './transaction/transaction.ts'
import { queueLimits, UserQueue } from './user_queue.ts'

export interface PasscodeOptions {
  readonly policy: EffectivePolicy
  /** Whether the caller will poll for the outcome. */
  readonly async: boolean
  /** What was read of the user, to save reading it again. */
  readonly known?: KnownUser | undefined
}

/** For text that is neither a factor nor a passcode. Neither this nor empty input counts as a guess. */
const notAPasscode: Denial = {
  result: 'deny',
  status: 'deny',
  status_msg: statusMessage.typeAFactor,
}

const emptyPasscode: Denial = { ...notAPasscode, status_msg: statusMessage.incorrectPasscode }
const maxWaitMs = 3000

/** A passcode of any kind as the second factor. */
export class PasscodeFactor {
  readonly #store: Store
  readonly #check: PasscodeCheck
  readonly #quick: QuickAcceptance
  readonly #settlement: Settlement
  readonly #clock: Clock
  /**
   * Keyed by budget and user id, because each guess locks the user's count of wrong passcodes. Guesses
   * at the portal are queued separately, so that they do not delay the user's sign-ins.
   */
  readonly #guesses = new UserQueue({ ...queueLimits, maxWaitMs, atOnce: 1 })

  constructor(
    store: Store,
    check: PasscodeCheck,
    quick: QuickAcceptance,
    settlement: Settlement,
    clock: Clock,
  ) {
    this.#store = store
    this.#check = check
    this.#quick = quick
    this.#settlement = settlement
    this.#clock = clock
  }

  /** Uses up the passcode, counts the guess and writes the log in one transaction. */
  async use(
    attempt: Attempt,
    userId: string,
    typed: string,
    { policy, async, known }: PasscodeOptions,
  ): Promise<Outcome> {
    const passcode = typed.replace(/\s+/g, '')
    if (!this.#check.isPasscode(passcode)) {
      const outcome = passcode === '' ? emptyPasscode : notAPasscode
      const rejected = { ...attempt, factor: 'passcode' }
      await this.#settlement.end(
        { attempt: rejected, outcome, reason: 'invalid_passcode' },
        { async },
      )
      return outcome
    }
    return await this.#consume(attempt, userId, passcode, { policy, async, known })
  }

  /**
   * Counts what the user typed as a wrong passcode, without knowing what it was.
   *
   * @param fingerprint Differs for each try; has the form of no passcode.
   */
  async refuse(
    attempt: Attempt,
    userId: string,
    fingerprint: string,
    options: PasscodeOptions,
  ): Promise<Outcome> {
    return await this.#consume(attempt, userId, fingerprint, options)
  }

  async #consume(
    attempt: Attempt,
    userId: string,
    passcode: string,
    { policy, async, known }: PasscodeOptions,
  ): Promise<Outcome> {
    const { integration, ipaddr, budget = 'sign-in' } = attempt.request
    const source = { userId, ikey: integration.ikey, address: sourceAddress(ipaddr), budget }
    const { outcome, afterCommit } = await this.#guesses.run(`${budget} ${userId}`, async () => {
      const { rules } = policy
      const foreseen =
        known === undefined
          ? undefined
          : this.#quick.foresee(known, passcode, rules, this.#clock.now())
      const end = (checked: CheckedPasscode): EndedAttempt => {
        const { outcome, factor, device, reason } = checked
        const decider = reason === blockedMethod.reason ? methodsDecider(policy) : undefined
        return { attempt: { ...attempt, factor, device }, outcome, reason, decider }
      }
      const isOneStatement = this.#store.dialect === 'postgres' && !async
      if (foreseen !== undefined && isOneStatement) {
        const { db } = this.#store
        const written = this.#settlement.written(end(foreseen.accepted), db)
        if (await this.#quick.acceptAtOnce(foreseen, written, db)) return foreseen.accepted
      }
      return await this.#store.transaction(async (db) => {
        const now = this.#clock.now()
        const isQuick =
          foreseen !== undefined && !isOneStatement && (await this.#quick.accept(foreseen, now, db))
        const checked = isQuick
          ? foreseen.accepted
          : await this.#check.consume(source, passcode, rules, now, db)
        await this.#settlement.endIn(end(checked), { async }, db)
        return checked
      })
    })
    afterCommit?.()
    return outcome
  }
}
