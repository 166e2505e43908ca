import { prepared } from '../store/prepared.ts'
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

/** Whose passcodes are counted together: a user's in one application from one address. */
export interface Source {
  readonly userId: string
  readonly ikey: string
  /** IP address, or empty where the application told none. */
  readonly address: string
}

/** How the passcodes of a source and of the whole account stand. */
export interface Record {
  readonly source: Failures
  readonly account: Failures
}

/** The row that counts over all sources. */
const everywhere = { ikey: '', source: '' } as const
const forgottenAfterMs = 90 * 24 * 60 * 60_000

const failuresFrom = prepared((db, source: Source) =>
  db
    .selectFrom('failed_attempts')
    .selectAll()
    .where('user_id', '=', source.userId)
    .where('ikey', 'in', [source.ikey, everywhere.ikey])
    .where('source', 'in', [source.address, everywhere.source]),
)

const failuresEverywhere = prepared((db, user: { readonly userId: string }) =>
  db
    .selectFrom('failed_attempts')
    .selectAll()
    .where('user_id', '=', user.userId)
    .where('ikey', '=', everywhere.ikey)
    .where('source', '=', everywhere.source),
)

/** Ends all locks of a user, as an administrator does. */
export async function endLocks(userId: string, db: StoreDb): Promise<void> {
  await db.deleteFrom('failed_attempts').where('user_id', '=', userId).execute()
}

/** Wrong passcodes, counted (docs/lockout.md). */
export class Lockout {
  readonly #store: Store
  readonly #settings: LockoutSettings

  constructor(store: Store, settings: LockoutSettings) {
    this.#store = store
    this.#settings = settings
  }

  /**
   * Reads the count before a passcode is looked at, and makes all others who want to try one for
   * this user wait until the transaction ends: parallel guesses are counted one after another.
   */
  async hold({ userId, ikey, address }: Source, now: number, db: StoreDb): Promise<Record> {
    // SQLite runs one writing transaction at a time, PostgreSQL needs a row to be locked
    if (this.#store.dialect === 'postgres') {
      await db
        .insertInto('failed_attempts')
        .values(
          rowOf({ userId, ikey: everywhere.ikey, address: everywhere.source }, noFailures, now),
        )
        .onConflict((conflict) =>
          conflict.columns(['user_id', 'ikey', 'source']).doUpdateSet({ updated: now }),
        )
        .execute()
    }
    const rows = await failuresFrom(db, { userId, ikey, address })
    const of = (key: string, source: string) =>
      failuresOf(rows.find((row) => row.ikey === key && row.source === source))
    return { source: of(ikey, address), account: of(everywhere.ikey, everywhere.source) }
  }

  isLocked({ source, account }: Record, now: number): boolean {
    return isLocked(source, now) || isLocked(account, now)
  }

  /** Counts a wrong passcode, unless it is a resend of the last one of this source. */
  async wrong(
    source: Source,
    record: Record,
    passcode: string,
    now: number,
    db: StoreDb,
  ): Promise<void> {
    const hash = this.#store.sealing.hash(passcode, `failed_attempts:${source.userId}`)
    if (!isGuess(record.source, hash, now)) return
    const { threshold, lockMs } = this.#settings
    await this.#write(source, afterGuess(record.source, hash, this.#settings, now), now, db)
    await this.#write(
      { userId: source.userId, ikey: everywhere.ikey, address: everywhere.source },
      afterGuess(record.account, hash, { threshold: threshold * accountBudget, lockMs }, now),
      now,
      db,
    )
  }

  /** Forgets the wrong ones, after a right one. */
  async right({ userId, ikey, address }: Source, record: Record, db: StoreDb): Promise<void> {
    if (isClean(record.source) && isClean(record.account)) return
    await db
      .updateTable('failed_attempts')
      .set({ consecutive: 0, last_wrong: '', last_wrong_at: 0, locked_until: 0, locks: 0 })
      .where('user_id', '=', userId)
      .where((where) =>
        where.or([
          where('ikey', '=', everywhere.ikey),
          where.and([where('ikey', '=', ikey), where('source', '=', address)]),
        ]),
      )
      .execute()
  }

  /** Whether the whole account is locked out. */
  async accountIsLocked(
    userId: string,
    now: number,
    db: StoreDb = this.#store.db,
  ): Promise<boolean> {
    const [row] = await failuresEverywhere(db, { userId })
    return isLocked(failuresOf(row), now)
  }

  /** Removes counts that nobody has added to for long. */
  async forget(now: number): Promise<void> {
    await this.#store.db
      .deleteFrom('failed_attempts')
      .where('updated', '<', now - forgottenAfterMs)
      .execute()
  }

  async #write(source: Source, failures: Failures, now: number, db: StoreDb): Promise<void> {
    const row = rowOf(source, failures, now)
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

interface FailedAttemptsRow {
  readonly consecutive: number
  readonly last_wrong: string
  readonly last_wrong_at: number
  readonly locked_until: number
  readonly locks: number
}

function failuresOf(row: FailedAttemptsRow | undefined): Failures {
  if (row === undefined) return noFailures
  return {
    consecutive: row.consecutive,
    lastWrong: row.last_wrong,
    lastWrongAt: row.last_wrong_at,
    lockedUntil: row.locked_until,
    locks: row.locks,
  }
}

function rowOf({ userId, ikey, address }: Source, failures: Failures, now: number) {
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
