import type { Secret } from '../../host/secret.ts'
import type { Store, StoreDb } from '../store/store.ts'
import type { Permit, Role } from './roles.ts'

/** The administrator who acts. */
export interface Actor {
  /** As the administrator log names the account: `cli:root`. */
  readonly name: string
  readonly role: Role
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

/** A line of the administrator log, without what every line has. */
export interface LogLine {
  /** The name of the user or thing that was changed. */
  readonly object: string
  /** What changed: text, or values that are written as `key=value`. */
  readonly description: string | Readonly<Record<string, LogValue>>
}

/** A `Secret` is written as `[secret]`. */
export type LogValue = string | number | boolean | null | undefined | Secret | readonly string[]

/**
 * Something that an administrator can do. It is a value, so that `Administration` checks the permits
 * and writes the log lines of every act.
 */
export interface Act<Input, Result> {
  /** As the administrator log names it: `user_create`. */
  readonly name: string
  /**
   * The permits that the actor needs, all of them. What can have changed since the input was read is
   * read again from `db`.
   */
  readonly permits:
    | readonly Permit[]
    | ((input: Input, db: StoreDb) => readonly Permit[] | Promise<readonly Permit[]>)
  readonly do: (context: ActContext, input: Input) => Promise<Result>
  /** The log lines of an act that was done; they must not contain a secret. */
  readonly log: (input: Input, result: Result) => LogLine | readonly LogLine[]
}

/** Declares an act; its types follow from `do`. */
export function act<Input, Result>(definition: Act<Input, Result>): Act<Input, Result> {
  return definition
}
