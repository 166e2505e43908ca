import type { Secret } from '../../host/secret.ts'
import type { Changes } from '../audit/changes.ts'
import type { Store, StoreDb } from '../store/store.ts'
import type { ActApproval } from './approval.ts'
import type { HourlyCap } from './hourly_caps.ts'
import type { Permit, Role } from './roles.ts'

/** The administrator who acts. */
export interface Actor {
  /** As the administrator log names the account: `cli:root`, or an e-mail address. */
  readonly name: string
  /** The identifier of the administrator; none for other accounts. */
  readonly id?: string | undefined
  /** The network address that the request came from. */
  readonly address?: string | undefined
  readonly role: Role
  /** Absent for the command line and the Admin API, which need no step-up. */
  readonly session?: ActingSession
  /** The application of the Admin API that acts; what needs a second person is refused to it. */
  readonly ikey?: string
}

/** The session of the panel that an act comes from. */
export interface ActingSession {
  readonly adminId: string
  /** Until when acts that need step-up are allowed, in milliseconds since 1970; `null` if they are not. */
  readonly steppedUpUntil: number | null
}

/** What an act works with. */
export interface ActContext {
  readonly store: Store
  /** The transaction of the act and its log lines. */
  readonly db: StoreDb
  /** In milliseconds since 1970. */
  readonly now: number
  /** The name of the actor. */
  readonly actor: string
}

/** What an act changes. */
export type ObjectKind =
  | 'administrator'
  | 'application'
  | 'bypass_code'
  | 'group'
  | 'invitation'
  | 'passkey'
  | 'phone'
  | 'policy'
  | 'proxy'
  | 'role'
  | 'service'
  | 'settings'
  | 'token'
  | 'user'

/** A line of the administrator log, without what every line has. */
export interface LogLine {
  /** The name of the user or thing that was changed. */
  readonly object: string
  readonly objectKind: ObjectKind
  /** Its identifier: `DU…`, `DP…`, `DI…`; empty for something that has none, such as the settings. */
  readonly objectId: string
  /** The user that the change concerns, such as the holder of a phone; by default an object of kind `user`. */
  readonly userId?: string | null | undefined
  /** What changed: text, or values that are written as `key=value`. */
  readonly description: string | Readonly<Record<string, LogValue>>
  /** By field, its old and new value (`changedFields`). */
  readonly changes?: Changes | undefined
}

/** A `Secret` is written as `[secret]`. */
export type LogValue = string | number | boolean | null | undefined | Secret | readonly string[]

/**
 * Something that an administrator can do. It is a value, so that `Administration` checks the permits
 * and writes the log lines of every act.
 */
export interface Act<Input, Result, Before = unknown> {
  /** As the administrator log names it: `user_create`. */
  readonly name: string
  /**
   * The permits that the actor needs, all of them. What can have changed since the input was read is
   * read again from `db`.
   */
  readonly permits:
    | readonly Permit[]
    | ((input: Input, db: StoreDb) => readonly Permit[] | Promise<readonly Permit[]>)
  /** When a second person has to approve it, while the setting `two_person_approval` is on. */
  readonly approval?: ActApproval<Input, Result>
  /** What counts against an hourly limit of the administrator, and how much of it; by default 1. */
  readonly hourly?: {
    readonly cap: HourlyCap
    readonly count?: (input: Input, db: StoreDb) => number | Promise<number>
  }
  /** Whether a session of the panel needs a factor that was proved minutes ago. */
  readonly stepUp?: true | ((input: Input) => boolean)
  /** Reads what the act changes, in its transaction, so that the log has the old values. */
  readonly before?: (context: ActContext, input: Input) => Promise<Before>
  readonly do: (context: ActContext, input: Input) => Promise<Result>
  /**
   * The log lines of an act that was done; they must not contain a secret.
   *
   * @param before What `before` read; only an act that declares it reads this argument.
   */
  log(input: Input, result: Result, before: Before): LogLine | readonly LogLine[]
}

/** Declares an act; its types follow from `do`. */
export function act<Input, Result, Before = undefined>(
  definition: Act<Input, Result, Before>,
): Act<Input, Result, Before> {
  return definition
}
