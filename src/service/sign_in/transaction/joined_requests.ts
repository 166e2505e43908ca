import type { Clock } from '../../../host/clock.ts'
import type { StoreDb } from '../../store/store.ts'
import type { Attempt, SettledKind } from './attempt.ts'
import type { Outcome } from './transaction.ts'

/** A RADIUS request that has begun a sign-in, or joined one. */
export interface JoinedRequest {
  readonly requestId: string
  /** The transaction that decides it; otherwise it has ended. */
  readonly decidedBy: { readonly txid: string } | Ended
}

/** How a request ended that needed no transaction. */
export interface Ended {
  readonly kind: SettledKind
  readonly outcome: Outcome
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
  readonly asked: string
  readonly txid: string | null
  readonly kind: string | null
  readonly result: string | null
  readonly status: string | null
  readonly status_msg: string | null
  readonly expires: number
}

/**
 * The RADIUS requests that proxies name. Each fingerprint begins one sign-in per application, over all
 * nodes: one INSERT under a unique index decides which of several transmissions is the first.
 */
export class JoinedRequests {
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Records what decides a request. Costs nothing if its caller sent no fingerprint.
   *
   * @param db The transaction in which the sign-in begins or ends.
   * @throws {AlreadyRequested} if an earlier transmission did this; the caller must not catch it within
   *   the transaction.
   */
  async claim(
    { request, joinable }: Attempt,
    decidedBy: JoinedRequest['decidedBy'],
    db: StoreDb,
  ): Promise<void> {
    if (joinable?.fingerprint === undefined) return
    const { requestId, fingerprint, asked } = joinable
    const { ikey } = request.integration
    const now = this.#clock.now()
    const row = {
      ...{ request_id: requestId, ikey, fingerprint, asked, expires: now + lifeMs },
      ...toColumns(decidedBy),
    }
    for (;;) {
      const inserted = await db
        .insertInto('joined_requests')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .returning('request_id')
        .executeTakeFirst()
      if (inserted !== undefined) return
      const first = await db
        .selectFrom('joined_requests')
        .selectAll()
        .where('ikey', '=', ikey)
        .where('fingerprint', '=', fingerprint)
        .executeTakeFirst()
      if (first === undefined) continue
      if (first.request_id !== requestId && first.expires > now) {
        // another user or another word: not a retransmission, whatever its caller says
        if (first.asked !== asked) return
        throw new AlreadyRequested(toJoinedRequest(first))
      }
      await db.deleteFrom('joined_requests').where('request_id', '=', first.request_id).execute()
    }
  }

  async prune(db: StoreDb): Promise<void> {
    await db.deleteFrom('joined_requests').where('expires', '<=', this.#clock.now()).execute()
  }
}

function toColumns(decidedBy: JoinedRequest['decidedBy']) {
  if ('txid' in decidedBy) {
    return { txid: decidedBy.txid, kind: null, result: null, status: null, status_msg: null }
  }
  const { kind, outcome } = decidedBy
  const { result, status, status_msg } = outcome
  return { txid: null, kind, result, status, status_msg }
}

function toJoinedRequest(row: Row): JoinedRequest {
  const { request_id: requestId, txid, kind, result, status, status_msg } = row
  if (txid !== null) return { requestId, decidedBy: { txid } }
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
