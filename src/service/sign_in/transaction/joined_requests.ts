import { type RawBuilder, sql } from 'kysely'
import type { Clock } from '../../../host/clock.ts'
import type { ChainedRequest } from '../../../radius/index.ts'
import { prepared } from '../../store/prepared.ts'
import type { StoreDb } from '../../store/store.ts'
import type { Attempt, SettledKind } from './attempt.ts'
import { JoinCounts } from './join_counts.ts'
import type { Outcome } from './transaction.ts'

/** A RADIUS request that has begun a sign-in, or joined one. */
export interface JoinedRequest {
  readonly requestId: string
  /** The transaction that decides it; otherwise it has ended. */
  readonly decidedBy: Joined | Ended
}

export interface Joined {
  readonly txid: string
  /** Its number in the schedule of retries: 0 for the request that opened the transaction. */
  readonly slot: number
}

/** How a request ended that needed no transaction. */
export interface Ended {
  readonly kind: SettledKind
  readonly outcome: Outcome
}

/** A call that waits for a request. */
export interface Listening {
  readonly requestId: string
  /** Different for each transmission of the request. */
  readonly listener: string
}

/** A request of a transaction, and what others are compared with. */
export interface TransactionRequest extends ChainedRequest {
  readonly fingerprint: string | null
  readonly asked: string
  readonly radiusSource: string
  /** When its call returned a denial; `null` if none has. */
  readonly denied: number | null
}

/** Rolls back the database transaction of a retransmission: the first transmission has begun the sign-in. */
export class AlreadyRequested extends Error {
  override readonly name = 'AlreadyRequested'
  readonly first: JoinedRequest

  constructor(first: JoinedRequest) {
    super(`the same request has begun the sign-in ${first.requestId}`)
    this.first = first
  }
}

/**
 * How long a request is remembered: for as long as a push or a call may wait, and after that for longer
 * than proxies repeat their replies.
 */
const lifeMs = 150_000

interface Row {
  readonly request_id: string
  readonly txid: string | null
  readonly slot: number
  readonly kind: string | null
  readonly result: string | null
  readonly status: string | null
  readonly status_msg: string | null
}

interface NewRow extends Row {
  readonly ikey: string
  readonly fingerprint: string | null
  readonly asked: string
  readonly expires: number
  readonly arrived: number
  readonly proven: number
  readonly radius_source: string
  readonly listener: string
}

/**
 * Part of a PostgreSQL statement: inserts a row of `JoinedRequests.row` if there is one and the condition holds.
 * The statement violates the unique index if an earlier transmission has inserted its row.
 *
 * @param row As JSON.
 */
export function claimIf(row: string | null, condition: RawBuilder<boolean>): RawBuilder<unknown> {
  return sql`insert into joined_requests (${columns}) select ${columns}
    from jsonb_populate_record(null::joined_requests, ${row}::jsonb)
    where request_id is not null and ${condition}`
}

const columns = sql.join(
  [
    ...['request_id', 'ikey', 'fingerprint', 'asked', 'txid', 'kind', 'result', 'status'],
    ...['status_msg', 'expires', 'slot', 'arrived', 'proven', 'radius_source', 'listener'],
  ].map((name) => sql.ref(name)),
)

/** @returns No row if another request has the fingerprint. */
const insertFirst = prepared((db, row: NewRow) =>
  db
    .insertInto('joined_requests')
    .values({
      request_id: row.request_id,
      ikey: row.ikey,
      fingerprint: row.fingerprint,
      asked: row.asked,
      txid: row.txid,
      kind: row.kind,
      result: row.result,
      status: row.status,
      status_msg: row.status_msg,
      expires: row.expires,
      slot: row.slot,
      arrived: row.arrived,
      proven: row.proven,
      radius_source: row.radius_source,
      listener: row.listener,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('request_id'),
)

/**
 * The RADIUS requests that proxies name. Each fingerprint begins one sign-in per application, over all
 * nodes: one INSERT under a unique index decides which of several transmissions is the first.
 */
export class JoinedRequests {
  /** For metrics. */
  readonly counts = new JoinCounts()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Records what decides a request. Costs nothing if its caller sent no fingerprint and its client does
   * not retry with new requests.
   *
   * @param db The transaction in which the sign-in begins or ends.
   * @returns Whether it is recorded; not if another login has the fingerprint.
   * @throws {AlreadyRequested} if an earlier transmission did this; the caller must not catch it within
   *   the transaction.
   */
  async claim(
    attempt: Attempt,
    decidedBy: JoinedRequest['decidedBy'],
    db: StoreDb,
  ): Promise<boolean> {
    const now = this.#clock.now()
    const row = this.row(attempt, decidedBy, now)
    if (row === undefined) return true
    const { request_id: requestId, ikey, fingerprint, asked } = row
    for (;;) {
      if ((await insertFirst(db, row)).length > 0) return true
      const first = await db
        .selectFrom('joined_requests')
        .selectAll()
        .where('ikey', '=', ikey)
        .where('fingerprint', '=', fingerprint)
        .executeTakeFirst()
      if (first === undefined) continue
      const isOver = first.expires <= now || first.detached !== 0
      if (first.request_id !== requestId && !isOver) {
        // another user or another word: not a retransmission, whatever its caller says
        if (first.asked !== asked) return false
        this.counts.retransmissions++
        throw new AlreadyRequested(toJoinedRequest(first))
      }
      await db.deleteFrom('joined_requests').where('request_id', '=', first.request_id).execute()
    }
  }

  /** What `claim` writes; `undefined` for nothing. */
  row(
    { request, joinable }: Attempt,
    decidedBy: JoinedRequest['decidedBy'],
    now: number,
  ): NewRow | undefined {
    if (joinable === undefined) return undefined
    const { requestId, requested, fingerprint = null, asked, source } = joinable
    if (fingerprint === null && 'outcome' in decidedBy) return undefined
    const { ikey } = request.integration
    return {
      ...{ request_id: requestId, ikey, fingerprint, asked, expires: now + lifeMs },
      ...{ arrived: requested, proven: 'slot' in decidedBy && decidedBy.slot === 0 ? 1 : 0 },
      ...{ radius_source: source, listener: requestId, ...toColumns(decidedBy) },
    }
  }

  /** The requests that a transaction decides, in the order of their arrival. */
  async ofTransaction(txid: string, db: StoreDb): Promise<TransactionRequest[]> {
    const rows = await db
      .selectFrom('joined_requests')
      .selectAll()
      .where('txid', '=', txid)
      .orderBy('arrived')
      .execute()
    return rows.map((row) => ({
      requestId: row.request_id,
      slot: row.slot,
      arrived: row.arrived,
      isProven: row.proven !== 0,
      isDetached: row.detached !== 0,
      isAwaited: row.listener !== null,
      fingerprint: row.fingerprint,
      asked: row.asked,
      radiusSource: row.radius_source,
      denied: row.denied,
    }))
  }

  /** A request of a transaction was transmitted again, for this slot, and reached a proxy then. */
  async retransmitted(
    requestId: string,
    { slot, arrived }: { readonly slot: number; readonly arrived: number },
    db: StoreDb,
  ): Promise<void> {
    await db
      .updateTable('joined_requests')
      .set({ slot, arrived, proven: 1, expires: this.#clock.now() + lifeMs })
      .where('request_id', '=', requestId)
      .execute()
  }

  /** A request was transmitted again, and another call waits for it. */
  async listensAgain({ requestId, listener }: Listening, db: StoreDb): Promise<void> {
    await db
      .updateTable('joined_requests')
      .set({ listener })
      .where('request_id', '=', requestId)
      .execute()
  }

  /** Proxies have closed these calls. A request that was transmitted again has another listener, and stays as it is. */
  async hungUp(calls: readonly Listening[], db: StoreDb): Promise<void> {
    const requestIds = calls.map(({ requestId }) => requestId)
    const listeners = calls.map(({ listener }) => listener)
    await db
      .updateTable('joined_requests')
      .set({ listener: null })
      .where('request_id', 'in', requestIds)
      .where('listener', 'in', listeners)
      .execute()
  }

  /** The call of a request returned a denial then. */
  async denied(requestId: string, denied: number, db: StoreDb): Promise<void> {
    await db
      .updateTable('joined_requests')
      .set({ denied })
      .where('request_id', '=', requestId)
      .execute()
  }

  /** Another request competes with this one, so that it becomes a sign-in of its own. */
  async detach(requestId: string, db: StoreDb): Promise<void> {
    await db
      .updateTable('joined_requests')
      .set({ detached: 1 })
      .where('request_id', '=', requestId)
      .execute()
  }

  /** Whether a request no longer waits for the transaction that it had joined. */
  async isDetached(requestId: string, txid: string, db: StoreDb): Promise<boolean> {
    const row = await db
      .selectFrom('joined_requests')
      .select(['txid', 'detached'])
      .where('request_id', '=', requestId)
      .executeTakeFirst()
    // another transmission may have begun its own sign-in, and replaced the row
    return row === undefined || row.detached !== 0 || row.txid !== txid
  }

  /** What decides a request that polls by its own name. */
  async byRequest(
    requestId: string,
    db: StoreDb,
  ): Promise<{ readonly txid: string; readonly isDetached: boolean } | undefined> {
    const row = await db
      .selectFrom('joined_requests')
      .select(['txid', 'detached'])
      .where('request_id', '=', requestId)
      .executeTakeFirst()
    if (row === undefined || row.txid === null) return undefined
    return { txid: row.txid, isDetached: row.detached !== 0 }
  }

  async prune(db: StoreDb): Promise<void> {
    await db.deleteFrom('joined_requests').where('expires', '<=', this.#clock.now()).execute()
  }
}

function toColumns(decidedBy: JoinedRequest['decidedBy']) {
  const open = { slot: 0, kind: null, result: null, status: null, status_msg: null }
  if ('txid' in decidedBy) return { ...open, ...decidedBy }
  const { kind, outcome } = decidedBy
  const { result, status, status_msg } = outcome
  return { ...open, txid: null, kind, result, status, status_msg }
}

function toJoinedRequest(row: Row): JoinedRequest {
  const { request_id: requestId, txid, slot, kind, result, status, status_msg } = row
  if (txid !== null) return { requestId, decidedBy: { txid, slot } }
  return {
    requestId,
    decidedBy: {
      kind: kind === 'no capable device' || kind === 'not enrolled' ? kind : 'settled',
      outcome: {
        // an unknown result in the database must not let anyone in
        result: result === 'allow' ? 'allow' : 'deny',
        status: status ?? 'deny',
        status_msg: status_msg ?? '',
      },
    },
  }
}
