import { randomInt, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { lookupName } from '../../../duo/index.ts'
import type { Store, StoreDb } from '../../store/store.ts'

/** A number that a user has proved to be theirs. */
export interface ProvedNumber {
  readonly number: string
  readonly name: string
}

export type CheckedCode = ProvedNumber | 'wrong_code' | 'code_over'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const validMs = 10 * minuteMs
const maxTries = 5
/** Number of the advisory lock; no other one of the schema may have it. */
const advisoryLock = 7_203_114

/** How many codes may be sent before one is confirmed. */
const limits = [
  { holder: 'session', max: 5, withinMs: hourMs },
  { holder: 'username', max: 6, withinMs: hourMs },
  { holder: 'username', max: 12, withinMs: dayMs },
  { holder: 'number', max: 3, withinMs: hourMs },
  { holder: 'number', max: 6, withinMs: dayMs },
] as const

/**
 * Codes sent to unproved numbers. Each is counted before it is sent, one transaction at a time, so that
 * neither frequent nor parallel requests can send more messages than the limits allow.
 */
export class NumberChecks {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** @returns The code to send; `undefined` if a limit is reached. */
  async begin(
    holder: { readonly sessionHash: string; readonly username: string },
    { number, name }: ProvedNumber,
    now: number,
  ): Promise<string | undefined> {
    const username = lookupName(holder.username, 'none')
    const { sessionHash } = holder
    return await this.#store.transaction(async (db) => {
      if (this.#store.dialect === 'postgres') {
        await sql`select pg_advisory_xact_lock(${advisoryLock})`.execute(db)
      }
      for (const limit of limits) {
        const column = columnByHolder[limit.holder]
        const value = { session: sessionHash, username, number }[limit.holder]
        const { sent } = await db
          .selectFrom('number_checks')
          .select((select) => select.fn.countAll<number>().as('sent'))
          .where(column, '=', value)
          .where('created', '>', now - limit.withinMs)
          .executeTakeFirstOrThrow()
        if (Number(sent) >= limit.max) return undefined
      }
      const [checkId, code] = [randomUUID(), newCode()]
      await db
        .insertInto('number_checks')
        .values({
          check_id: checkId,
          session_hash: sessionHash,
          username,
          number,
          name,
          code_hash: this.#store.sealing.hash(code, sealingContext(checkId)),
          tries: 0,
          created: now,
          expires: now + validMs,
          used: null,
        })
        .execute()
      return code
    })
  }

  /** Uses a code up, or counts a wrong one, in a transaction of its own. */
  async check(sessionHash: string, code: string, now: number): Promise<CheckedCode> {
    return await this.#store.transaction((db) => this.#check(sessionHash, code, now, db))
  }

  async #check(sessionHash: string, code: string, now: number, db: StoreDb): Promise<CheckedCode> {
    const newest = await db
      .selectFrom('number_checks')
      .select('check_id')
      .where('session_hash', '=', sessionHash)
      .orderBy('created', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (newest === undefined) return 'code_over'
    const tried = await db
      .updateTable('number_checks')
      .set((set) => ({ tries: set('tries', '+', 1) }))
      .where('check_id', '=', newest.check_id)
      .where('used', 'is', null)
      .where('expires', '>', now)
      .where('tries', '<', maxTries)
      .returning(['check_id', 'code_hash', 'number', 'name'])
      .executeTakeFirst()
    if (tried === undefined) return 'code_over'
    const hashes = this.#store.sealing.hashes(code, sealingContext(tried.check_id))
    if (!hashes.includes(tried.code_hash)) return 'wrong_code'
    // the UPDATE above locks the row
    await db
      .updateTable('number_checks')
      .set({ used: now })
      .where('check_id', '=', tried.check_id)
      .execute()
    return { number: tried.number, name: tried.name }
  }

  /** Deletes what no limit counts any more. */
  async prune(now: number): Promise<void> {
    await this.#store.db
      .deleteFrom('number_checks')
      .where('created', '<', now - dayMs)
      .execute()
  }
}

const columnByHolder = { session: 'session_hash', username: 'username', number: 'number' } as const

function newCode(): string {
  return String(randomInt(1_000_000)).padStart(6, '0')
}

function sealingContext(checkId: string): string {
  return `number_checks:${checkId}`
}
