import type { Kysely } from 'kysely'

/** Creates the table of long work that administrators started. */
export async function jobs(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('jobs')
    .addColumn('job_id', 'text', (column) => column.primaryKey())
    .addColumn('admin_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('total', 'integer', (column) => column.notNull())
    .addColumn('done', 'integer', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('updated', 'bigint', (column) => column.notNull())
    .addColumn('result', 'text')
    .addColumn('error', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('file_name', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('file', 'text')
    .execute()
  await db.schema.createIndex('jobs_by_created').on('jobs').column('created').execute()
}
