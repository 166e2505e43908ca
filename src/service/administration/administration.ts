import type { Clock } from '../../host/clock.ts'
import { AdministratorLog } from '../audit/administrator_log.ts'
import { storedSettings } from '../settings/stored_settings.ts'
import type { Store, StoreDb } from '../store/store.ts'
import type { Act, Actor } from './act.ts'
import { AdministrationError } from './administration_error.ts'
import { type Approval, Approvals } from './approvals.ts'
import { type HourlyCap, HourlyCounts } from './hourly_caps.ts'
import type { Permit } from './roles.ts'
import { ApprovalNeeded, requirePermit, requireStepUp, runAct, spend } from './run_act.ts'

/** Runs one act in the transaction of `Administration.together`. */
export type RunAct = <Input, Result, Before>(
  act: Act<Input, Result, Before>,
  input: NoInfer<Input>,
) => Promise<Result>

/** Thrown instead of doing an act that needs a second person: the request is stored and waits. */
export class ApprovalRequested extends Error {
  override readonly name = 'ApprovalRequested'
  readonly approval: Approval

  constructor(approval: Approval) {
    super('another administrator has to approve this')
    this.approval = approval
  }
}

/** Receives an administrator who exceeds an hourly limit. */
export type LimitListener = (excess: { readonly email: string; readonly cap: HourlyCap }) => void

const hourMs = 3_600_000

/**
 * Runs the acts of one administrator. The check of the permits, the change and its log lines are one
 * transaction, from every interface.
 */
export class Administration {
  readonly actor: Actor
  readonly #store: Store
  readonly #clock: Clock
  readonly #onLimit: LimitListener

  /** @param onLimit Receives, once an hour, an administrator who exceeds an hourly limit. */
  constructor(store: Store, clock: Clock, actor: Actor, onLimit: LimitListener = () => {}) {
    this.#store = store
    this.#clock = clock
    this.actor = actor
    this.#onLimit = onLimit
  }

  /**
   * @throws {AdministrationError} `ADMINISTRATION_DENIED` if the role lacks a permit of the act,
   *   `ADMINISTRATION_STEP_UP` if the session has to prove a factor first, `ADMINISTRATION_LIMIT` if the
   *   administrator did too much in this hour, `ADMINISTRATION_APPROVAL` if an application can't do it.
   * @throws {ApprovalRequested} if the act waits for a second person.
   */
  async run<Input, Result, Before>(
    act: Act<Input, Result, Before>,
    input: NoInfer<Input>,
  ): Promise<Result> {
    try {
      return await this.#store.transaction((db) => this.#run(act, input, db))
    } catch (error) {
      if (error instanceof ApprovalNeeded) throw await this.#request(error)
      await this.#report(error)
      throw error
    }
  }

  /**
   * Runs several acts in one transaction: all of them are done, or none.
   *
   * @param work Changes only with `run`; `db` is the transaction, to read what earlier acts have changed.
   * @throws {AdministrationError} As `run`; `ADMINISTRATION_APPROVAL` if one of them needs a second person.
   */
  async together<Result>(work: (run: RunAct, db: StoreDb) => Promise<Result>): Promise<Result> {
    try {
      return await this.#store.transaction((db) =>
        work((act, input) => this.#run(act, input, db), db),
      )
    } catch (error) {
      await this.#report(error)
      if (!(error instanceof ApprovalNeeded)) throw error
      throw new AdministrationError(
        'ADMINISTRATION_APPROVAL',
        `${error.act} needs the approval of a second administrator, so it can't be done together with other changes; do it separately`,
      )
    }
  }

  /**
   * Checks a permit for something that changes nothing, such as a list.
   *
   * @param what What is asked for, for the message.
   * @throws {AdministrationError} `ADMINISTRATION_DENIED`
   */
  require(permit: Permit, what: string): void {
    requirePermit(this.actor, permit, what)
  }

  /** For a view that shows a secret. @throws {AdministrationError} `ADMINISTRATION_STEP_UP` */
  requireStepUp(): void {
    requireStepUp(this.actor, this.#clock.now())
  }

  /**
   * Counts something that is not an act, such as an export, against the hourly limit.
   *
   * @throws {AdministrationError} `ADMINISTRATION_LIMIT`
   */
  async spend(cap: HourlyCap, count: number): Promise<void> {
    const now = this.#clock.now()
    try {
      await this.#store.transaction((db) => spend(this.actor, cap, count, now, db))
    } catch (error) {
      await this.#report(error)
      throw error
    }
  }

  async #run<Input, Result, Before>(
    act: Act<Input, Result, Before>,
    input: Input,
    db: StoreDb,
  ): Promise<Result> {
    const { actor } = this
    return await runAct(act, input, { store: this.#store, db, now: this.#clock.now(), actor })
  }

  /** Writes into the log, once an hour, that the administrator exceeds a limit, and tells the owners. */
  async #report(error: unknown): Promise<void> {
    const { name: actor, session } = this.actor
    if (!(error instanceof AdministrationError) || session === undefined) return
    const { cap, message } = error
    if (cap === undefined) return
    const now = this.#clock.now()
    const isFirst = await this.#store.transaction(async (db) => {
      if (!(await new HourlyCounts().reportExcess(session.adminId, cap, now, db))) return false
      const event = { timestamp: now, actor, action: 'admin_limit', object: actor }
      await new AdministratorLog().append({ ...event, description: `${cap}: ${message}` }, db)
      return true
    })
    if (isFirst) this.#onLimit({ email: actor, cap })
  }

  /** Stores a request for approval. */
  async #request({ act, summary, permits, input }: ApprovalNeeded): Promise<Error> {
    const { name: email, session } = this.actor
    if (session === undefined) return new Error(`${act} was requested without a session`)
    const { adminId } = session
    const now = this.#clock.now()
    return await this.#store.transaction(async (db) => {
      const approvals = new Approvals(this.#store)
      if (await approvals.isFull(adminId, now, db)) {
        return new AdministrationError(
          'ADMINISTRATION_APPROVAL',
          'too many of your requests wait for approval; cancel one first',
        )
      }
      const expires = now + (await storedSettings(db)).get('approval_hours') * hourMs
      const requester = { adminId, email }
      const approval = await approvals.create(
        { act, summary, permits, requester, expires, input },
        now,
        db,
      )
      const description = `${approval.approvalId} ${act}: ${summary}`
      const event = { timestamp: now, actor: email, action: 'approval_request', description }
      await new AdministratorLog().append({ ...event, object: approval.approvalId }, db)
      return new ApprovalRequested(approval)
    })
  }
}
