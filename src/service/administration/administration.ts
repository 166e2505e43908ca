import type { Clock } from '../../host/clock.ts'
import { AdministratorLog } from '../audit/administrator_log.ts'
import type { Store, StoreDb } from '../store/store.ts'
import type { Act, Actor, LogLine } from './act.ts'
import { AdministrationError } from './administration_error.ts'
import type { Permit } from './roles.ts'

/** Runs one act in the transaction of `Administration.together`. */
export type RunAct = <Input, Result>(act: Act<Input, Result>, input: Input) => Promise<Result>

/**
 * Runs the acts of one administrator. The check of the permits, the change and its log lines are one
 * transaction, from every interface.
 */
export class Administration {
  readonly #store: Store
  readonly #clock: Clock
  readonly #actor: Actor
  readonly #log: AdministratorLog

  constructor(store: Store, clock: Clock, actor: Actor) {
    this.#store = store
    this.#clock = clock
    this.#actor = actor
    this.#log = new AdministratorLog()
  }

  /** @throws {AdministrationError} `ADMINISTRATION_DENIED` if the role lacks a permit of the act. */
  async run<Input, Result>(act: Act<Input, Result>, input: Input): Promise<Result> {
    return await this.together((run) => run(act, input))
  }

  /**
   * Runs several acts in one transaction: all of them are done, or none.
   *
   * @throws {AdministrationError} As `run`.
   */
  async together<Result>(work: (run: RunAct) => Promise<Result>): Promise<Result> {
    return await this.#store.transaction((db) => work((act, input) => this.#run(act, input, db)))
  }

  /**
   * Checks a permit for something that changes nothing, such as a list.
   *
   * @param what What is asked for, for the message.
   * @throws {AdministrationError} `ADMINISTRATION_DENIED`
   */
  require(permit: Permit, what: string): void {
    const { role } = this.#actor
    if (role.permits.has(permit)) return
    throw new AdministrationError(
      'ADMINISTRATION_DENIED',
      `the role ${role.name} does not permit ${what}; it lacks ${permit}`,
    )
  }

  async #run<Input, Result>(act: Act<Input, Result>, input: Input, db: StoreDb): Promise<Result> {
    const permits = typeof act.permits === 'function' ? await act.permits(input, db) : act.permits
    for (const permit of permits) this.require(permit, act.name)
    const { name: actor } = this.#actor
    const now = this.#clock.now()
    const result = await act.do({ store: this.#store, db, now, actor }, input)
    for (const { object, description } of toLines(act.log(input, result))) {
      const event = { timestamp: now, actor, action: act.name, object }
      await this.#log.append({ ...event, description: toText(description) }, db)
    }
    return result
  }
}

function toLines(lines: LogLine | readonly LogLine[]): readonly LogLine[] {
  return 'object' in lines ? [lines] : lines
}

function toText(description: LogLine['description']): string {
  if (typeof description === 'string') return description
  return Object.entries(description)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${Array.isArray(value) ? value.join(' ') : String(value)}`)
    .join(' ')
}
