import { type Kysely, sql } from 'kysely'

/** Tells the recovery codes that users made from the bypass codes of administrators. */
export async function recoveryCodes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('bypass_codes')
    .addColumn('kind', 'text', (column) => column.notNull().defaultTo('bypass'))
    .execute()
  await sql`update bypass_codes set kind = 'recovery' where created_by like 'user:%'`.execute(db)
}
