import type { StoreDb } from '../store/store.ts'

const hourMs = 3_600_000

/** What an administrator does only so often in an hour, and the setting that says how often. */
export const hourlyCaps = {
  exports: 'admin_exports_per_hour',
  bypass_codes: 'admin_bypass_codes_per_hour',
  unlocks: 'admin_unlocks_per_hour',
  invitations: 'admin_invitations_per_hour',
} as const
export type HourlyCap = keyof typeof hourlyCaps

/** Counts what each administrator does in the hour. */
export class HourlyCounts {
  /**
   * Counts, unless it would exceed the limit.
   *
   * @param limit 0 for none.
   * @returns Milliseconds until the next hour if the limit is exceeded, else 0.
   */
  async add(
    adminId: string,
    cap: HourlyCap,
    { count, limit }: { readonly count: number; readonly limit: number },
    now: number,
    db: StoreDb,
  ): Promise<number> {
    if (limit === 0) return 0
    const hour = Math.floor(now / hourMs)
    await db
      .insertInto('administrator_counts')
      .values({ admin_id: adminId, cap, hour, count: 0 })
      .onConflict((conflict) => conflict.columns(['admin_id', 'cap', 'hour']).doNothing())
      .execute()
    const { numUpdatedRows } = await db
      .updateTable('administrator_counts')
      .set((set) => ({ count: set('count', '+', count) }))
      .where('admin_id', '=', adminId)
      .where('cap', '=', cap)
      .where('hour', '=', hour)
      .where('count', '<=', limit - count)
      .executeTakeFirst()
    return numUpdatedRows === 1n ? 0 : (hour + 1) * hourMs - now
  }

  /** Whether this is the first time in the hour that the administrator exceeds the limit. */
  async reportExcess(adminId: string, cap: HourlyCap, now: number, db: StoreDb): Promise<boolean> {
    const hour = Math.floor(now / hourMs)
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('administrator_counts')
      .values({ admin_id: adminId, cap: `${cap} reported`, hour, count: 1 })
      .onConflict((conflict) => conflict.columns(['admin_id', 'cap', 'hour']).doNothing())
      .executeTakeFirst()
    return numInsertedOrUpdatedRows === 1n
  }

  /** Deletes the counts of past hours. */
  async prune(now: number, db: StoreDb): Promise<void> {
    const hour = Math.floor(now / hourMs)
    await db.deleteFrom('administrator_counts').where('hour', '<', hour).execute()
  }
}
