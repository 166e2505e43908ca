import type { AuthenticationEvent } from '../audit/authentication_log.ts'
import { type EffectOnSignIn, type PolicyEffect, policyEffects } from './policy_effect.ts'

/** The sign-ins with one effect. */
export interface EffectCount {
  readonly effect: PolicyEffect
  readonly signIns: number
  readonly users: number
  /** The most frequent first; an empty reason means that a factor would have decided. */
  readonly reasons: readonly { readonly reason: string; readonly signIns: number }[]
  /** The newest sign-in of some users. */
  readonly examples: readonly ExampleSignIn[]
}

interface ExampleSignIn {
  /** `null` for a name that no user has. */
  readonly userId: string | null
  readonly username: string
  readonly application: string
  readonly timestamp: number
  readonly factor: string
  readonly reason: string
}

interface RunningCount {
  signIns: number
  readonly users: Set<string>
  readonly reasons: Map<string, number>
  readonly examples: ExampleSignIn[]
}

const maxExamples = 20

/** Counts the effects of a change of policies on sign-ins. */
export class EffectTally {
  signIns = 0
  readonly #txids = new Set<string>()
  readonly #counts = new Map<PolicyEffect, RunningCount>()

  /** Counts a sign-in. @returns `false` for a second line about it, such as a report of fraud. */
  isNew({ txid }: AuthenticationEvent): boolean {
    if (txid !== null && this.#txids.has(txid)) return false
    if (txid !== null) this.#txids.add(txid)
    this.signIns++
    return true
  }

  add(event: AuthenticationEvent, found: EffectOnSignIn | undefined): void {
    if (found === undefined) return
    const { effect, reason } = found
    const count: RunningCount = this.#counts.get(effect) ?? {
      signIns: 0,
      users: new Set(),
      reasons: new Map(),
      examples: [],
    }
    this.#counts.set(effect, count)
    const { userId, username, application, timestamp, factor } = event
    const user = userId ?? username
    count.signIns++
    count.reasons.set(reason, (count.reasons.get(reason) ?? 0) + 1)
    if (!count.users.has(user) && count.examples.length < maxExamples) {
      count.examples.push({ userId, username, application, timestamp, factor, reason })
    }
    count.users.add(user)
  }

  effects(): readonly EffectCount[] {
    return policyEffects.map((effect) => {
      const count = this.#counts.get(effect)
      const reasons = [...(count?.reasons ?? [])].toSorted(([, one], [, other]) => other - one)
      return {
        effect,
        signIns: count?.signIns ?? 0,
        users: count?.users.size ?? 0,
        reasons: reasons.map(([reason, signIns]) => ({ reason, signIns })),
        examples: count?.examples ?? [],
      }
    })
  }
}
