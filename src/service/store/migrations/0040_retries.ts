import { type Kysely, sql } from 'kysely'

/** The requests of a client that retries a login with new packets, and which of them an approval let in. */
export async function retries(db: Kysely<unknown>): Promise<void> {
  const { schema } = db
  for (const column of ['retry_timeout_ms', 'retry_attempts', 'approved'] as const) {
    await schema.alterTable('transactions').addColumn(column, 'bigint').execute()
  }
  await schema.alterTable('transactions').addColumn('accepted_request', 'text').execute()
  await schema
    .alterTable('transactions')
    .addColumn('retries_closed', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  for (const column of ['slot', 'proven', 'detached'] as const) {
    await schema
      .alterTable('joined_requests')
      .addColumn(column, 'integer', (added) => added.notNull().defaultTo(0))
      .execute()
  }
  await schema
    .alterTable('joined_requests')
    .addColumn('arrived', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute()
  await schema
    .alterTable('joined_requests')
    .addColumn('radius_source', 'text', (column) => column.notNull().defaultTo(sql`''`))
    .execute()
  await schema.createIndex('joined_requests_txid').on('joined_requests').column('txid').execute()
}
