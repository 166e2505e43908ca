import type { StoreDb } from '../store/store.ts'
import { statusColumns } from './user_row.ts'

/** Users at most that one call of `purge` or `endBypasses` changes. */
const maxAtOnce = 500

/**
 * Users who were removed, and can be restored with their devices for some days. They keep their names, so
 * that nobody else gets them meanwhile, and can't sign in.
 */
export class UserTrash {
  /** @returns `false` if the user is in the trash already, or does not exist. */
  async put(userId: string, by: string, now: number, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('users')
      .set({ trashed: now, trashed_by: by })
      .where('user_id', '=', userId)
      .where('trashed', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  /** Gives the user the status back from before. @returns `false` if the user is not in the trash. */
  async restore(userId: string, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('users')
      .set({ trashed: null, trashed_by: null })
      .where('user_id', '=', userId)
      .where('trashed', 'is not', null)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  /** Deletes users who were put into the trash before this time, a limited number at once. */
  async purge(
    before: number,
    db: StoreDb,
  ): Promise<readonly { readonly userId: string; readonly username: string }[]> {
    const old = db
      .selectFrom('users')
      .select('user_id')
      .where('trashed', '<=', before)
      .orderBy('trashed')
      .limit(maxAtOnce)
    // the condition stands in the DELETE too: a user restored meanwhile stays
    return await db
      .deleteFrom('users')
      .where('user_id', 'in', old)
      .where('trashed', '<=', before)
      .returning(['user_id as userId', 'username'])
      .execute()
  }
}

/** Makes users active whose bypass has ended. @returns Those users. */
export async function endBypasses(
  now: number,
  db: StoreDb,
): Promise<readonly { readonly userId: string; readonly username: string }[]> {
  const ended = db
    .selectFrom('users')
    .select('user_id')
    .where('bypass_until', '<=', now)
    .orderBy('bypass_until')
    .limit(maxAtOnce)
  return await db
    .updateTable('users')
    .set(statusColumns('active', undefined))
    .where('user_id', 'in', ended)
    .where('bypass_until', '<=', now)
    .returning(['user_id as userId', 'username'])
    .execute()
}
