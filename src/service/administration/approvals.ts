import type { Selectable } from 'kysely'
import { sql } from 'kysely'
import { newIdentifier } from '../store/identifier.ts'
import { byteOrder, type Page, type PageRequest, readPage } from '../store/keyset.ts'
import type { Schema } from '../store/schema.ts'
import type { Store, StoreDb } from '../store/store.ts'
import { isPermit, type Permit } from './roles.ts'

/** `failed`: it was approved, but what it is about had changed meanwhile. */
const approvalStates = ['waiting', 'done', 'failed', 'refused', 'cancelled', 'expired'] as const
export type ApprovalState = (typeof approvalStates)[number]

/** A request to carry out an act that needs a second person. */
export interface Approval {
  /** `AP…` */
  readonly approvalId: string
  /** The name of the act. */
  readonly act: string
  readonly summary: string
  /** The permits that the act needs, of both persons. */
  readonly permits: readonly Permit[]
  readonly requester: { readonly adminId: string; readonly email: string }
  readonly state: ApprovalState
  readonly created: number
  readonly expires: number
  readonly decided: number | null
  /** The e-mail address of the person who approved or refused it. */
  readonly decidedBy: string | null
  /** Why it failed, or why it was refused. */
  readonly reason: string
  /** Whether a result waits for the requester. */
  readonly hasResult: boolean
}

export type NewApproval = Pick<
  Approval,
  'act' | 'summary' | 'permits' | 'requester' | 'expires'
> & {
  /** The input of the act as JSON. */
  readonly input: string
}

type Row = Selectable<Schema['approvals']>

const keptMs = 30 * 86_400_000
/** Requests of one administrator that can wait at once. */
const maxWaiting = 20

/** Requests for approval. Inputs and results are sealed, and deleted as soon as they were used. */
export class Approvals {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async create(added: NewApproval, now: number, db: StoreDb): Promise<Approval> {
    const approvalId = newIdentifier('AP')
    const row: Row = {
      approval_id: approvalId,
      act: added.act,
      summary: added.summary,
      permits: added.permits.join(' '),
      admin_id: added.requester.adminId,
      email: added.requester.email,
      state: 'waiting',
      sealed_input: this.#store.sealing.seal(added.input, inputPlace(approvalId)),
      sealed_result: null,
      created: now,
      expires: added.expires,
      decided: null,
      decided_by: null,
      reason: '',
    }
    await db.insertInto('approvals').values(row).execute()
    return toApproval(row, now)
  }

  /** Whether an administrator has as many requests waiting as are allowed. */
  async isFull(adminId: string, now: number, db: StoreDb): Promise<boolean> {
    const rows = await db
      .selectFrom('approvals')
      .select('approval_id')
      .where('admin_id', '=', adminId)
      .where('state', '=', 'waiting')
      .where('expires', '>', now)
      .limit(maxWaiting)
      .execute()
    return rows.length >= maxWaiting
  }

  async byId(approvalId: string, now: number, db: StoreDb): Promise<Approval | undefined> {
    const row = await db
      .selectFrom('approvals')
      .selectAll()
      .where('approval_id', '=', approvalId)
      .executeTakeFirst()
    return row === undefined ? undefined : toApproval(row, now)
  }

  /** Newest first. */
  async page(
    request: PageRequest & { readonly waiting?: boolean | undefined },
    now: number,
    db: StoreDb,
  ): Promise<Page<Approval>> {
    let query = db.selectFrom('approvals').selectAll()
    if (request.waiting === true) {
      query = query.where('state', '=', 'waiting').where('expires', '>', now)
    }
    const { items, next } = await readPage(
      query,
      {
        name: 'approvals',
        by: sql<number>`${sql.ref('created')}`,
        key: byteOrder(db, 'approval_id'),
        descending: true,
      },
      request,
    )
    return { items: items.map((row) => toApproval(row, now)), next }
  }

  /** The input of a request that waits. */
  async input(approvalId: string, db: StoreDb): Promise<string | undefined> {
    const row = await db
      .selectFrom('approvals')
      .select('sealed_input')
      .where('approval_id', '=', approvalId)
      .executeTakeFirst()
    const sealed = row?.sealed_input ?? undefined
    return sealed === undefined
      ? undefined
      : this.#store.sealing.open(sealed, inputPlace(approvalId))
  }

  /**
   * Decides a request, by one UPDATE that only applies while it waits.
   *
   * @returns `false` if it was decided before, or has expired.
   */
  async decide(
    approvalId: string,
    state: Exclude<ApprovalState, 'waiting' | 'expired'>,
    { by, reason }: { readonly by: string; readonly reason: string },
    now: number,
    db: StoreDb,
  ): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('approvals')
      .set({ state, decided: now, decided_by: by, reason, sealed_input: null })
      .where('approval_id', '=', approvalId)
      .where('state', '=', 'waiting')
      .where('expires', '>', now)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /** Keeps a result, as JSON, for the requester. */
  async keepResult(approvalId: string, result: string, db: StoreDb): Promise<void> {
    await db
      .updateTable('approvals')
      .set({ sealed_result: this.#store.sealing.seal(result, resultPlace(approvalId)) })
      .where('approval_id', '=', approvalId)
      .execute()
  }

  /** Takes the result out, which works once. @returns JSON, or `undefined` if there is none. */
  async takeResult(approvalId: string, adminId: string, db: StoreDb): Promise<string | undefined> {
    const row = await db
      .selectFrom('approvals')
      .select('sealed_result')
      .where('approval_id', '=', approvalId)
      .where('admin_id', '=', adminId)
      .executeTakeFirst()
    const sealed = row?.sealed_result ?? undefined
    if (sealed === undefined) return undefined
    const { numUpdatedRows } = await db
      .updateTable('approvals')
      .set({ sealed_result: null })
      .where('approval_id', '=', approvalId)
      .where('sealed_result', '=', sealed)
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) return undefined
    return this.#store.sealing.open(sealed, resultPlace(approvalId))
  }

  /** Deletes old requests, and the inputs of those that have expired. */
  async prune(now: number, db: StoreDb): Promise<void> {
    await db
      .deleteFrom('approvals')
      .where('expires', '<', now - keptMs)
      .execute()
    await db
      .updateTable('approvals')
      .set({ state: 'expired', sealed_input: null })
      .where('state', '=', 'waiting')
      .where('expires', '<=', now)
      .execute()
  }
}

function inputPlace(approvalId: string): string {
  return `approvals:input:${approvalId}`
}

function resultPlace(approvalId: string): string {
  return `approvals:result:${approvalId}`
}

function toApproval(row: Row, now: number): Approval {
  const state = approvalStates.find((known) => known === row.state) ?? 'expired'
  return {
    approvalId: row.approval_id,
    act: row.act,
    summary: row.summary,
    permits: row.permits.split(' ').filter(isPermit),
    requester: { adminId: row.admin_id, email: row.email },
    state: state === 'waiting' && now >= row.expires ? 'expired' : state,
    created: row.created,
    expires: row.expires,
    decided: row.decided,
    decidedBy: row.decided_by,
    reason: row.reason,
    hasResult: row.sealed_result !== null,
  }
}
