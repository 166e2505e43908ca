import { type RawBuilder, sql } from 'kysely'
import { type Bound, prepared } from '../store/prepared.ts'
import type { Store, StoreDb } from '../store/store.ts'
import {
  accountBudget,
  afterGuess,
  type Failures,
  isGuess,
  isLocked,
  type LockoutSettings,
  noFailures,
} from './lockout_rule.ts'
import type { Budget } from './transaction/attempt.ts'

/** Passcodes that are counted together: for one user, in one application, from one address. */
export interface Source {
  readonly userId: string
  readonly ikey: string
  /** IP address, or empty if the application sent none. */
  readonly address: string
  readonly budget?: Budget | undefined
}

/** The failures of one source and of the whole account. */
export interface FailureCounts {
  readonly source: Failures
  readonly account: Failures
}

/** Integration keys of the rows that count over all sources; no application has such a key. */
const everywhere = { 'sign-in': '', portal: 'portal' } as const
const keptMs = 90 * 24 * 60 * 60_000

interface CountedRows extends Pick<Source, 'userId' | 'ikey' | 'address'> {
  readonly everywhere: string
}

const failuresFrom = prepared((db, source: CountedRows) =>
  db
    .selectFrom('failed_attempts')
    .selectAll()
    .where('user_id', '=', source.userId)
    .where('ikey', 'in', [source.ikey, source.everywhere])
    .where('source', 'in', [source.address, '']),
)

export const failuresEverywhere = prepared((db, user: { readonly userId: Bound<string> }) =>
  db
    .selectFrom('failed_attempts')
    .selectAll()
    .where('user_id', '=', user.userId)
    .where('ikey', 'in', [everywhere['sign-in'], everywhere.portal])
    .where('source', '=', ''),
)

/** Locks a name until the transaction ends, in PostgreSQL; writes nothing, unlike a lock of a row. */
const lockCounts = prepared((db, lock: { readonly name: string }) =>
  db.selectNoFrom(sql`pg_advisory_xact_lock(hashtextextended(${lock.name}, 0))`.as('locked')),
)

/** Ends all locks of a user, as an administrator does. */
export async function endLocks(userId: string, db: StoreDb): Promise<void> {
  await db.deleteFrom('failed_attempts').where('user_id', '=', userId).execute()
}

/** A condition: all counts of a user are clear, so that there is nothing to lock and nothing to reset. */
export function hasNoFailures(userId: string): RawBuilder<boolean> {
  return sql<boolean>`not exists (select 1 from failed_attempts where user_id = ${userId}
    and (consecutive <> 0 or last_wrong <> '' or locked_until <> 0 or locks <> 0))`
}

/** The accounts that are locked now: `user_id`s. */
export function lockedUsers(now: number): RawBuilder<unknown> {
  return sql`select user_id from failed_attempts where locked_until > ${now} and source = ''
    and ikey in (${everywhere['sign-in']}, ${everywhere.portal})`
}

/** The failed tries of a user, and the locks that have not ended. */
export interface UserLocks {
  /** Wrong passcodes in a row, of the source that has most of them. */
  readonly failed: number
  /** Of the whole account. */
  readonly lockedUntil: number | null
  /** Of the portal alone. */
  readonly portalUntil: number | null
  /** How many addresses are locked, each in one application. */
  readonly sources: number
}

/** The locks and failed tries of these users; users without any are absent. */
export async function activeLocks(
  userIds: readonly string[],
  now: number,
  db: StoreDb,
): Promise<ReadonlyMap<string, UserLocks>> {
  if (userIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('failed_attempts')
    .select(['user_id', 'ikey', 'source', 'locked_until', 'consecutive'])
    .where('user_id', 'in', userIds)
    .where((where) => where.or([where('locked_until', '>', now), where('consecutive', '>', 0)]))
    .execute()
  const byUser = Map.groupBy(rows, ({ user_id }) => user_id)
  return new Map(
    [...byUser].map(([userId, rowsOfUser]) => {
      const accounts: readonly string[] = Object.values(everywhere)
      const isSource = (row: { readonly source: string; readonly ikey: string }) =>
        row.source !== '' || !accounts.includes(row.ikey)
      const locked = rowsOfUser.filter(({ locked_until }) => locked_until > now)
      const until = (budget: Budget): number | null =>
        locked.find(({ ikey, source }) => ikey === everywhere[budget] && source === '')
          ?.locked_until ?? null
      const sources = locked.filter(isSource).length
      const failed = Math.max(
        0,
        ...rowsOfUser.filter(isSource).map(({ consecutive }) => consecutive),
      )
      return [
        userId,
        { failed, lockedUntil: until('sign-in'), portalUntil: until('portal'), sources },
      ] as const
    }),
  )
}

/** Counts wrong passcodes, and locks sources and accounts (docs/lockout.md). */
export class Lockout {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /**
   * Reads the count before a passcode is checked, and locks it until the transaction ends, so that
   * parallel guesses for one user and budget are counted one after another.
   */
  async hold(source: Source, db: StoreDb): Promise<FailureCounts> {
    // SQLite runs one writing transaction at a time
    const { userId, ikey, address } = source
    const account = anyAddress(source)
    if (this.#store.dialect === 'postgres') {
      await lockCounts(db, { name: `failed_attempts ${userId} ${account.ikey}` })
    }
    const rows = await failuresFrom(db, { userId, ikey, address, everywhere: account.ikey })
    const of = (counted: Source) =>
      toFailures(rows.find((row) => row.ikey === counted.ikey && row.source === counted.address))
    return { source: of(source), account: of(account) }
  }

  isLocked({ source, account }: FailureCounts, now: number): boolean {
    return isLocked(source, now) || isLocked(account, now)
  }

  /** Counts a wrong passcode, unless this source sends its last one again. */
  async countWrong(
    source: Source,
    counts: FailureCounts,
    passcode: string,
    settings: LockoutSettings,
    now: number,
    db: StoreDb,
  ): Promise<void> {
    const hash = this.#store.sealing.hash(passcode, `failed_attempts:${source.userId}`)
    if (!isGuess(counts.source, hash, now)) return
    const { threshold, lockMs } = settings
    await this.#write(source, afterGuess(counts.source, hash, settings, now), now, db)
    await this.#write(
      anyAddress(source),
      afterGuess(counts.account, hash, { threshold: threshold * accountBudget, lockMs }, now),
      now,
      db,
    )
  }

  /** Resets the counts after a correct passcode. */
  async reset(source: Source, counts: FailureCounts, db: StoreDb): Promise<void> {
    if (isClean(counts.source) && isClean(counts.account)) return
    const { userId, ikey, address } = source
    const account = anyAddress(source)
    await db
      .updateTable('failed_attempts')
      .set({ consecutive: 0, last_wrong: '', last_wrong_at: 0, locked_until: 0, locks: 0 })
      .where('user_id', '=', userId)
      .where((where) =>
        where.or([
          where.and([where('ikey', '=', account.ikey), where('source', '=', account.address)]),
          where.and([where('ikey', '=', ikey), where('source', '=', address)]),
        ]),
      )
      .execute()
  }

  /**
   * Whether the whole account is locked; for the portal, by either budget.
   *
   * @param rows Of `failuresEverywhere`.
   */
  accountIsLocked(rows: readonly FailedAttemptsRow[], budget: Budget, now: number): boolean {
    return rows
      .filter(({ ikey }) => budget === 'portal' || ikey === everywhere[budget])
      .some((row) => isLocked(toFailures(row), now))
  }

  /** Deletes counts that have not changed for 90 days. */
  async prune(now: number): Promise<void> {
    await this.#store.db
      .deleteFrom('failed_attempts')
      .where('updated', '<', now - keptMs)
      .execute()
  }

  async #write(source: Source, failures: Failures, now: number, db: StoreDb): Promise<void> {
    const row = rowKey(source, failures, now)
    await db
      .insertInto('failed_attempts')
      .values(row)
      .onConflict((conflict) =>
        conflict.columns(['user_id', 'ikey', 'source']).doUpdateSet({
          consecutive: row.consecutive,
          last_wrong: row.last_wrong,
          last_wrong_at: row.last_wrong_at,
          locked_until: row.locked_until,
          locks: row.locks,
          updated: now,
        }),
      )
      .execute()
  }
}

function anyAddress({ userId, budget = 'sign-in' }: Source): Source {
  return { userId, ikey: everywhere[budget], address: '' }
}

export interface FailedAttemptsRow {
  readonly ikey: string
  readonly consecutive: number
  readonly last_wrong: string
  readonly last_wrong_at: number
  readonly locked_until: number
  readonly locks: number
}

function toFailures(row: Omit<FailedAttemptsRow, 'ikey'> | undefined): Failures {
  if (row === undefined) return noFailures
  return {
    consecutive: row.consecutive,
    lastWrong: row.last_wrong,
    lastWrongAt: row.last_wrong_at,
    lockedUntil: row.locked_until,
    locks: row.locks,
  }
}

function rowKey({ userId, ikey, address }: Source, failures: Failures, now: number) {
  const { consecutive, lastWrong, lastWrongAt, lockedUntil, locks } = failures
  return {
    user_id: userId,
    ikey,
    source: address,
    consecutive,
    last_wrong: lastWrong,
    last_wrong_at: lastWrongAt,
    locked_until: lockedUntil,
    locks,
    updated: now,
  }
}

function isClean({ consecutive, lastWrong, lockedUntil, locks }: Failures): boolean {
  return consecutive === 0 && lastWrong === '' && lockedUntil === 0 && locks === 0
}
