import type { StoreDb } from '../../store/store.ts'
import type { YubikeyCounters } from './yubikey_otp.ts'

/**
 * Uses up the counters of a YubiKey's passcode, with all before them, by one UPDATE that only applies
 * while they are higher than those of the last passcode. Of concurrent attempts on all nodes one
 * succeeds.
 *
 * @returns `false` if these or higher ones were used before.
 */
export async function consumeCounter(
  tokenId: string,
  { session, use }: YubikeyCounters,
  now: number,
  db: StoreDb,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('yubikeys')
    .set({ session_counter: session, use_counter: use, used: now })
    .where('token_id', '=', tokenId)
    .where((where) =>
      where.or([
        where('session_counter', '<', session),
        where.and([where('session_counter', '=', session), where('use_counter', '<', use)]),
      ]),
    )
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** When the YubiKey's last passcode was used; 0 for never. */
export async function readLastUse(tokenId: string, db: StoreDb): Promise<number> {
  const row = await db
    .selectFrom('yubikeys')
    .select('used')
    .where('token_id', '=', tokenId)
    .executeTakeFirst()
  return row?.used ?? 0
}
