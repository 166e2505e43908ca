import { DirectoryError } from '../../people/user.ts'
import { newBypassCode, newIdentifier } from '../../store/identifier.ts'
import type { Store, StoreDb } from '../../store/store.ts'

const maxPerUser = 100

export interface BypassCode {
  readonly bypassCodeId: string
  readonly userId: string
  /** Remaining uses; `null` for unlimited. */
  readonly reuseCount: number | null
  readonly expires: number | null
  readonly created: number
  readonly createdBy: string
}

export interface NewBypassCodes {
  readonly count: number
  /** How often each may be used; 0 for unlimited. */
  readonly reuseCount: number
  /** 0 for no expiry. */
  readonly validSecs: number
  /** Otherwise the user's existing codes are deleted. */
  readonly preserveExisting: boolean
  readonly createdBy: string
}

/** Codes that an administrator gives to a user without a usable device. Only their hashes are stored. */
export class BypassCodes {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** Codes with uses left, also expired ones. */
  async ofUser(userId: string, db: StoreDb): Promise<BypassCode[]> {
    const rows = await db
      .selectFrom('bypass_codes')
      .selectAll()
      .where('user_id', '=', userId)
      .where((where) => where.or([where('remaining', 'is', null), where('remaining', '>', 0)]))
      .orderBy('created')
      .execute()
    return rows.map((row) => ({
      bypassCodeId: row.bypass_code_id,
      userId: row.user_id,
      reuseCount: row.remaining,
      expires: row.expires,
      created: row.created,
      createdBy: row.created_by,
    }))
  }

  /** How many of a user's codes a sign-in could still use. */
  async countUsable(userId: string, now: number, db: StoreDb): Promise<number> {
    const codes = await this.ofUser(userId, db)
    return codes.filter(({ expires }) => expires === null || expires > now).length
  }

  /** @returns The codes, which can't be read again. */
  async create(userId: string, codes: NewBypassCodes, now: number, db: StoreDb): Promise<string[]> {
    if (!codes.preserveExisting) await this.removeOfUser(userId, db)
    await this.#removeSpent(userId, now, db)
    const before = codes.preserveExisting ? (await this.ofUser(userId, db)).length : 0
    if (before + codes.count > maxPerUser) {
      throw new DirectoryError(
        'DIRECTORY_TOO_MANY',
        `a user can have at most ${maxPerUser} bypass codes; replace the existing ones`,
      )
    }
    const made = new Set<string>()
    while (made.size < codes.count) made.add(newBypassCode())
    for (const code of made) {
      await db
        .insertInto('bypass_codes')
        .values({
          bypass_code_id: newIdentifier('DB'),
          user_id: userId,
          code_hash: this.#store.sealing.hash(code, userId),
          remaining: codes.reuseCount === 0 ? null : codes.reuseCount,
          expires: codes.validSecs === 0 ? null : now + codes.validSecs * 1000,
          created: now,
          created_by: codes.createdBy,
        })
        .execute()
    }
    return [...made]
  }

  /** Uses a code, by one UPDATE that only applies while a use is left. */
  async consume(userId: string, code: string, now: number, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('bypass_codes')
      .set((set) => ({ remaining: set('remaining', '-', 1) }))
      .where('user_id', '=', userId)
      .where('code_hash', 'in', this.#store.sealing.hashes(code, userId))
      .where((where) => where.or([where('remaining', 'is', null), where('remaining', '>', 0)]))
      .where((where) => where.or([where('expires', 'is', null), where('expires', '>', now)]))
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /** Deletes unusable codes, so that they do not count against the limit of 100. */
  async #removeSpent(userId: string, now: number, db: StoreDb): Promise<void> {
    await db
      .deleteFrom('bypass_codes')
      .where('user_id', '=', userId)
      .where((where) => where.or([where('remaining', '<=', 0), where('expires', '<=', now)]))
      .execute()
  }

  async removeOfUser(userId: string, db: StoreDb): Promise<void> {
    await db.deleteFrom('bypass_codes').where('user_id', '=', userId).execute()
  }
}
