import { type Kysely, sql } from 'kysely'

/** The call that waits for the outcome of a request, none once its proxy has gone; and when it was denied. */
export async function listener(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('joined_requests').addColumn('listener', 'text').execute()
  await db.schema.alterTable('joined_requests').addColumn('denied', 'bigint').execute()
  await sql`update joined_requests set listener = request_id`.execute(db)
}
