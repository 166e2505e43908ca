import { createHash, randomBytes } from 'node:crypto'
import { Secret } from '../../host/secret.ts'
import type { StoreDb } from '../store/store.ts'

const maxPerAdministrator = 20
/** A browser that is not used to sign in for this long is unknown again. */
const rememberedMs = 365 * 86_400_000

/**
 * The browsers in which an administrator has signed in, by a cookie of their own. Wrong passwords from
 * other browsers do not count against these, so that a stranger can't lock the administrator out.
 */
export class KnownBrowsers {
  /** Whether the administrator has signed in with this cookie before. */
  async knows(adminId: string, token: Secret, now: number, db: StoreDb): Promise<boolean> {
    const row = await db
      .selectFrom('administrator_browsers')
      .select('seen')
      .where('admin_id', '=', adminId)
      .where('token_hash', '=', browserKey(token))
      .executeTakeFirst()
    return row !== undefined && now - row.seen < rememberedMs
  }

  /**
   * Records a sign-in.
   *
   * @param token The browser's cookie, if it has one.
   * @returns The cookie to keep.
   */
  async remember(
    adminId: string,
    token: Secret | undefined,
    now: number,
    db: StoreDb,
  ): Promise<Secret> {
    const kept = token ?? new Secret(randomBytes(32).toString('base64url'))
    await db
      .insertInto('administrator_browsers')
      .values({ token_hash: browserKey(kept), admin_id: adminId, seen: now })
      .onConflict((conflict) =>
        conflict.columns(['admin_id', 'token_hash']).doUpdateSet({ seen: now }),
      )
      .execute()
    const held = await db
      .selectFrom('administrator_browsers')
      .select('token_hash')
      .where('admin_id', '=', adminId)
      .orderBy('seen', 'desc')
      .execute()
    const oldest = held.slice(maxPerAdministrator).map(({ token_hash }) => token_hash)
    if (oldest.length > 0) {
      await db
        .deleteFrom('administrator_browsers')
        .where('admin_id', '=', adminId)
        .where('token_hash', 'in', oldest)
        .execute()
    }
    return kept
  }

  /** Makes all browsers of an administrator unknown. */
  async forget(adminId: string, db: StoreDb): Promise<void> {
    await db.deleteFrom('administrator_browsers').where('admin_id', '=', adminId).execute()
  }
}

/** Names a browser without its cookie. */
export function browserKey(token: Secret): string {
  return createHash('sha256').update(token.reveal()).digest('base64url')
}
