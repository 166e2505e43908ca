import { nearestRank } from '../../host/nearest_rank.ts'
import type { StoreDb } from '../store/store.ts'

/** How long users took to approve pushes and calls. */
export interface ApprovalSummary {
  readonly count: number
  readonly medianMs: number
  readonly p90Ms: number
  readonly p95Ms: number
}

const keptMs = 30 * 86_400_000
/** The most recent ones say how people behave now; more would only take longer to read. */
const maxRead = 2000

/** The time from each request to its approval, for 30 days. It names no user. */
export class ApprovalTimes {
  /** Call it in the transaction of the approval. */
  async add(
    {
      txid,
      ikey,
      opened,
    }: { readonly txid: string; readonly ikey: string; readonly opened: number },
    now: number,
    db: StoreDb,
  ): Promise<void> {
    const elapsed = Math.max(0, now - opened)
    await db
      .insertInto('approval_times')
      .values({ txid, ikey, approved: now, elapsed_ms: elapsed })
      .onConflict((conflict) => conflict.column('txid').doNothing())
      .execute()
  }

  /** Of the last 2,000 approvals within 30 days; `undefined` without one. */
  async summary(ikey: string, now: number, db: StoreDb): Promise<ApprovalSummary | undefined> {
    const rows = await db
      .selectFrom('approval_times')
      .select('elapsed_ms')
      .where('ikey', '=', ikey)
      .where('approved', '>=', now - keptMs)
      .orderBy('approved', 'desc')
      .limit(maxRead)
      .execute()
    const sorted = rows.map((row) => Number(row.elapsed_ms)).sort((one, other) => one - other)
    if (sorted.length === 0) return undefined
    const rank = (percent: number) => nearestRank(sorted, percent) ?? 0
    return { count: sorted.length, medianMs: rank(50), p90Ms: rank(90), p95Ms: rank(95) }
  }

  async prune(now: number, db: StoreDb): Promise<void> {
    await db
      .deleteFrom('approval_times')
      .where('approved', '<', now - keptMs)
      .execute()
  }
}
