import { type Kysely, sql } from 'kysely'

/** Finds the sign-ins of one application, newest first. */
export async function logOfApplication(db: Kysely<unknown>): Promise<void> {
  await sql`create index if not exists authentication_log_ikey
    on authentication_log (ikey, timestamp, id)`.execute(db)
}
