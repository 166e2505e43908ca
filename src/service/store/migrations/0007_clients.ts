import { type Kysely, sql } from 'kysely'

/** Which applications may use signature version 1, and no type `websdk` any more. */
export async function clients(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('integrations')
    .addColumn('signature_v1', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  await sql`update integrations set signature_v1 = 1 where type = 'unix'`.execute(db)
  await sql`update integrations set type = 'portal'
    where ikey in (select value from settings where name = 'portal_ikey')`.execute(db)
  await sql`update integrations set type = 'authapi' where type = 'websdk'`.execute(db)
}
