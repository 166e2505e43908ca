import type { StoreDb } from '../../store/store.ts'

/** The user who typed a passcode, and the application where they sign in. */
export interface PasscodeRequest {
  readonly userId: string
  readonly ikey: string
  /** Whether the policy requires a code with a push. */
  readonly verifiedPush: boolean
}

/** The result of checking a passcode; one that was used before differs from a wrong one. */
export type PasscodeConsumption =
  | {
      readonly outcome: 'accepted'
      /** As the authentication log names it. */
      readonly factor: string
      /** Identifier of the phone or token; empty if there is none. */
      readonly device: string
      /** Whether a call spoke it. */
      readonly spoken?: boolean
      /** Called once the sign-in is committed; must not throw. */
      readonly afterCommit?: () => void
    }
  | { readonly outcome: 'replayed'; readonly usedAt: number }
  | { readonly outcome: 'wrong' }

/** A kind of passcode: its form, and how it is used up. */
export interface PasscodeKind {
  /**
   * Whether text has the form of such a passcode. Text of no form is rejected without counting a guess.
   *
   * @param typed Without blanks.
   */
  hasForm(typed: string): boolean

  /** Uses a passcode up, by one UPDATE that only applies while it is unused. */
  consume(
    request: PasscodeRequest,
    passcode: string,
    now: number,
    db: StoreDb,
  ): Promise<PasscodeConsumption>

  /**
   * The user's passcodes that `consume` would accept now, and those that were used recently, in clear text.
   * For clients that prove what the user typed without sending it. Absent for kinds of which only hashes
   * are stored, and for those that can't be listed.
   */
  candidates?(request: PasscodeRequest, now: number, db: StoreDb): Promise<readonly string[]>
}
