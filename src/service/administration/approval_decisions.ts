import type { Clock } from '../../host/clock.ts'
import { AdministratorLog } from '../audit/administrator_log.ts'
import type { Settings } from '../settings/settings.ts'
import type { Store, StoreDb } from '../store/store.ts'
import { StoreError } from '../store/store_error.ts'
import type { Actor } from './act.ts'
import type { ApprovableAct } from './approvable_act.ts'
import { type Approval, Approvals } from './approvals.ts'
import { requirePermit, requireStepUp } from './run_act.ts'

export type ApprovalErrorCode =
  /** There is no such request. */
  | 'not_found'
  /** It was decided before, or has expired. */
  | 'approval_over'
  /** Nobody approves their own request. */
  | 'own_request'
  /** The requester may not do it any more, or what it is about has changed. */
  | 'approval_failed'

/** Thrown if a request for approval can't be decided as asked. */
export class ApprovalError extends Error {
  override readonly name = 'ApprovalError'
  readonly code: ApprovalErrorCode

  constructor(code: ApprovalErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** The collaborators of `ApprovalDecisions`. */
export interface ApprovalDecisionsOptions {
  readonly store: Store
  readonly settings: Settings
  readonly clock: Clock
  /** Every act that declares an approval. */
  readonly acts: readonly ApprovableAct[]
  /** The administrator with the role that they have now; `undefined` if they may not sign in. */
  readonly findActor: (adminId: string, db: StoreDb) => Promise<Actor | undefined>
}

/** Decides requests for approval, and carries out those that are approved. */
export class ApprovalDecisions {
  readonly #options: ApprovalDecisionsOptions
  readonly #approvals: Approvals
  readonly #log = new AdministratorLog()

  constructor(options: ApprovalDecisionsOptions) {
    this.#options = options
    this.#approvals = new Approvals(options.store)
  }

  /**
   * Carries the act out, in the name of the requester, in one transaction with the decision.
   *
   * @throws {ApprovalError} `approval_failed` if it can't be carried out any more; it is over then.
   * @throws {AdministrationError} if the approver lacks a permit of the act, or has to step up.
   */
  async approve(approvalId: string, approver: Actor): Promise<Approval> {
    const { store, clock } = this.#options
    const now = clock.now()
    requireStepUp(approver, now)
    const request = await this.#others(approvalId, approver, now)
    try {
      return await store.transaction((db) => this.#carryOut(request, approver, now, db))
    } catch (error) {
      if (error instanceof StoreError || error instanceof ApprovalError) throw error
      const reason = error instanceof Error ? error.message : String(error)
      await this.#decide(request, approver, 'failed', reason)
      throw new ApprovalError(
        'approval_failed',
        `This can’t be carried out any more: ${reason}. It has to be requested again.`,
      )
    }
  }

  /** @throws {ApprovalError} */
  async refuse(approvalId: string, approver: Actor, reason: string): Promise<Approval> {
    const request = await this.#others(approvalId, approver, this.#options.clock.now())
    return await this.#decide(request, approver, 'refused', reason)
  }

  /** Withdraws a request of one's own. @throws {ApprovalError} */
  async cancel(approvalId: string, requester: Actor): Promise<Approval> {
    const request = await this.#find(approvalId, this.#options.clock.now())
    if (request.requester.adminId !== requester.session?.adminId) throw notFound()
    return await this.#decide(request, requester, 'cancelled', '')
  }

  /**
   * What a request of one's own has brought, such as a new secret key; it can be read once.
   *
   * @throws {ApprovalError} `not_found` if there is nothing, or it was read before.
   * @throws {AdministrationError} if the requester has lost a permit of the act, or has to step up.
   */
  async takeResult(approvalId: string, requester: Actor): Promise<object> {
    const { store, clock } = this.#options
    const now = clock.now()
    requireStepUp(requester, now)
    const { adminId = '' } = requester.session ?? {}
    return await store.transaction(async (db) => {
      const request = await this.#approvals.byId(approvalId, now, db)
      if (request?.requester.adminId !== adminId) throw notFound()
      for (const permit of request.permits) requirePermit(requester, permit, request.act)
      const text = await this.#approvals.takeResult(approvalId, adminId, db)
      if (text === undefined) throw notFound()
      await this.#append('approval_result', approvalId, requester.name, '', now, db)
      const result: object = JSON.parse(text)
      return result
    })
  }

  /** Whether an administrator sees a request: their own, and those that they may approve. */
  isVisible({ requester, permits }: Approval, { session, role }: Actor): boolean {
    if (requester.adminId === session?.adminId) return true
    return permits.every((permit) => role.permits.has(permit))
  }

  async #carryOut(
    { approvalId, act: name, requester: { adminId } }: Approval,
    approver: Actor,
    now: number,
    db: StoreDb,
  ): Promise<Approval> {
    const { store, settings, acts, findActor } = this.#options
    const input = await this.#approvals.input(approvalId, db)
    const decision = { by: approver.name, reason: '' }
    if (!(await this.#approvals.decide(approvalId, 'done', decision, now, db))) throw over()
    const requester = await findActor(adminId, db)
    const act = acts.find((known) => known.name === name)
    if (input === undefined || act === undefined) throw over()
    if (requester === undefined) throw new Error('the requester is not an active administrator')
    await this.#append('approval_approve', approvalId, approver.name, name, now, db)
    const run = { requester, approver, now }
    const result = await act.carryOut(input, run, { store, db, settings })
    if (result !== undefined) await this.#approvals.keepResult(approvalId, result, db)
    return (await this.#approvals.byId(approvalId, now, db)) ?? Promise.reject(notFound())
  }

  async #decide(
    { approvalId }: Approval,
    { name }: Actor,
    state: 'failed' | 'refused' | 'cancelled',
    reason: string,
  ): Promise<Approval> {
    const { store, clock } = this.#options
    const now = clock.now()
    const actions = {
      failed: 'approval_fail',
      refused: 'approval_refuse',
      cancelled: 'approval_cancel',
    } as const
    return await store.transaction(async (db) => {
      const decision = { by: name, reason }
      if (!(await this.#approvals.decide(approvalId, state, decision, now, db))) throw over()
      await this.#append(actions[state], approvalId, name, reason, now, db)
      return (await this.#approvals.byId(approvalId, now, db)) ?? Promise.reject(notFound())
    })
  }

  /** A request of another person. */
  async #others(approvalId: string, approver: Actor, now: number): Promise<Approval> {
    const request = await this.#find(approvalId, now)
    for (const permit of request.permits) requirePermit(approver, permit, request.act)
    if (request.requester.adminId !== approver.session?.adminId) return request
    throw new ApprovalError('own_request', 'Another administrator has to approve your request.')
  }

  async #find(approvalId: string, now: number): Promise<Approval> {
    const request = await this.#approvals.byId(approvalId, now, this.#options.store.db)
    if (request === undefined) throw notFound()
    if (request.state !== 'waiting') throw over()
    return request
  }

  async #append(
    action: string,
    object: string,
    actor: string,
    description: string,
    timestamp: number,
    db: StoreDb,
  ): Promise<void> {
    await this.#log.append({ timestamp, actor, action, object, description }, db)
  }
}

function notFound(): ApprovalError {
  return new ApprovalError('not_found', 'There is no such request.')
}

function over(): ApprovalError {
  return new ApprovalError('approval_over', 'This request was decided before, or has expired.')
}
