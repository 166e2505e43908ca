import type { Settings } from '../settings/settings.ts'
import type { Store, StoreDb } from '../store/store.ts'

/** From what the input of a requested act is read again. */
export interface RestoreContext {
  readonly store: Store
  /** The transaction in which the act is carried out. */
  readonly db: StoreDb
  readonly settings: Settings
}

/** What a person gets who requested an act: what its result shows only once, by name. */
export type DeliveredResult = Readonly<Record<string, string | readonly string[]>>

/** Whether a change that was made, and is not committed yet, needs a second person. */
type ChangeCheck = () => Promise<boolean>

/** Reads what an act is about to change, so that the result can be compared with it. */
type ChangeWatch<Input> = (
  input: Input,
  context: { readonly store: Store; readonly db: StoreDb },
) => Promise<ChangeCheck>

interface ApprovalDefinition<Input, Kept, Result> {
  /** Whether this input needs a second person; if it always does, leave it out. */
  readonly when?: (input: Input, db: StoreDb) => boolean | Promise<boolean>
  /** In place of `when`, if only the change itself shows whether it needs a second person. */
  readonly watch?: ChangeWatch<Input>
  /** What the other person approves, in one line without a full stop: `Reset the secret key of VPN`. */
  readonly summary: (input: Input) => string
  /** What is kept of the input until then, as JSON: identifiers, and values that were typed. */
  readonly keep: (input: Input) => Kept
  /**
   * Reads the input again, from what was kept. Throws if a thing is gone, or has changed so that the
   * approval would be for something else.
   */
  readonly restore: (kept: Kept, context: RestoreContext) => Input | Promise<Input>
  /** What of the result the requester gets, once; the person who approves never sees it. */
  readonly deliver?: (result: Result) => DeliveredResult
}

/** When an act needs the approval of a second person, and how its input is kept until then. */
export interface ActApproval<Input, Result> {
  readonly when: (input: Input, db: StoreDb) => boolean | Promise<boolean>
  readonly watch: ChangeWatch<Input> | undefined
  readonly summary: (input: Input) => string
  /** As JSON, which is sealed. */
  readonly write: (input: Input) => string
  readonly read: (text: string, context: RestoreContext) => Promise<Input>
  readonly deliver: ((result: Result) => DeliveredResult) | undefined
}

/**
 * Declares that an act needs the approval of a second person while the setting `two_person_approval` is
 * on. The act also has to be in `acts/approvable_acts.ts`.
 */
export function approval<Input, Kept, Result>(
  definition: ApprovalDefinition<Input, Kept, Result>,
): ActApproval<Input, Result> {
  const { watch, when = () => watch === undefined, summary, keep, restore, deliver } = definition
  return {
    when,
    watch,
    summary,
    write: (input) => JSON.stringify(keep(input)),
    read: async (text, context) => {
      const kept: Kept = JSON.parse(text)
      return await restore(kept, context)
    },
    deliver,
  }
}
