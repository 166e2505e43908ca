import type { Kysely } from 'kysely'

/** The RADIUS requests that proxies name, so that retransmissions join the sign-in of the first one. */
export async function joinedRequests(db: Kysely<unknown>): Promise<void> {
  const { schema } = db
  await schema
    .createTable('joined_requests')
    .addColumn('request_id', 'text', (column) => column.primaryKey())
    .addColumn('ikey', 'text', (column) => column.notNull())
    .addColumn('fingerprint', 'text')
    .addColumn('asked', 'text', (column) => column.notNull())
    .addColumn('txid', 'text')
    .addColumn('kind', 'text')
    .addColumn('result', 'text')
    .addColumn('status', 'text')
    .addColumn('status_msg', 'text')
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .execute()
  await schema
    .createIndex('joined_requests_fingerprint')
    .on('joined_requests')
    .columns(['ikey', 'fingerprint'])
    .unique()
    .execute()
  await schema
    .createIndex('joined_requests_expires')
    .on('joined_requests')
    .column('expires')
    .execute()
}
