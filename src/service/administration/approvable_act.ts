import type { Act, Actor } from './act.ts'
import type { RestoreContext } from './approval.ts'
import { readPermits, requirePermit, runAct } from './run_act.ts'

/** Who requested an act, and who approved it. */
export interface ApprovedRun {
  readonly requester: Actor
  readonly approver: Actor
  readonly now: number
}

/** An act that can be carried out later, from what was kept of its input. */
export interface ApprovableAct {
  readonly name: string
  /**
   * Carries the act out in the name of the requester. The permits of both persons, and what the act is
   * about, are checked as of now.
   *
   * @returns What the requester gets, as JSON.
   */
  readonly carryOut: (
    kept: string,
    run: ApprovedRun,
    context: RestoreContext,
  ) => Promise<string | undefined>
}

/** @throws if the act declares no approval. */
export function approvable<Input, Result, Before>(act: Act<Input, Result, Before>): ApprovableAct {
  const { approval } = act
  if (approval === undefined) throw new Error(`${act.name} declares no approval`)
  return {
    name: act.name,
    carryOut: async (kept, { requester, approver, now }, context) => {
      const { store, db } = context
      const input = await approval.read(kept, context)
      for (const permit of await readPermits(act, input, db)) {
        requirePermit(approver, permit, act.name)
      }
      const run = { store, db, now, actor: requester, approvedBy: approver.name }
      const result = await runAct(act, input, run)
      return approval.deliver === undefined ? undefined : JSON.stringify(approval.deliver(result))
    },
  }
}
