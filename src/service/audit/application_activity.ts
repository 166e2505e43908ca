import { sql } from 'kysely'
import type { StoreDb } from '../store/store.ts'

/** How much an application is used. */
export interface ApplicationActivity {
  /** When its last sign-in ended, in milliseconds since 1970. */
  readonly lastUsed: number | null
  /** Sign-ins since the moment that was asked for; at most `maxCounted`. */
  readonly signIns: number
}

/** Counting stops here, so that a list of busy applications stays fast. */
const maxCounted = 10_000

/** The activity of some applications; each is found by an index, and counted up to a limit. */
export async function applicationActivity(
  ikeys: readonly string[],
  since: number,
  db: StoreDb,
): Promise<ReadonlyMap<string, ApplicationActivity>> {
  const found = new Map<string, ApplicationActivity>()
  for (const ikey of ikeys) {
    const { rows } = await sql<{ last_used: number | null; sign_ins: number }>`
      select
        (select timestamp from authentication_log where ikey = ${ikey}
          order by timestamp desc limit 1) as last_used,
        (select count(*) from (select 1 as one from authentication_log
          where ikey = ${ikey} and timestamp >= ${since} limit ${maxCounted}) as counted) as sign_ins`.execute(
      db,
    )
    const [row] = rows
    const lastUsed = row?.last_used ?? null
    found.set(ikey, {
      lastUsed: lastUsed === null ? null : Number(lastUsed),
      signIns: Number(row?.sign_ins ?? 0),
    })
  }
  return found
}
