import { type Kysely, sql } from 'kysely'
import { findDialect } from '../dialect.ts'

const logs = ['authentication_log', 'administrator_log', 'telephony_log'] as const
const hourMs = 3_600_000

/** Chains the logs, and counts sign-ins by hour. Every new line waits in `log_queue` to be chained. */
export async function logChain(db: Kysely<unknown>): Promise<void> {
  const { schema } = db
  for (const log of logs) {
    await schema
      .alterTable(log)
      .addColumn('mac', 'text', (column) => column.notNull().defaultTo(sql`''`))
      .execute()
  }
  await schema
    .createTable('log_queue')
    .addColumn('log', 'text', (column) => column.notNull())
    .addColumn('row_id', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('log_queue_key', ['log', 'row_id'])
    .execute()
  await schema
    .createTable('log_seals')
    .addColumn('log', 'text', (column) => column.notNull())
    .addColumn('node', 'text', (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('ids', 'text', (column) => column.notNull())
    .addColumn('lines', 'integer', (column) => column.notNull())
    .addColumn('newest', 'bigint', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('log_seals_key', ['log', 'node', 'seq'])
    .execute()
  await schema
    .createTable('log_chains')
    .addColumn('log', 'text', (column) => column.notNull())
    .addColumn('node', 'text', (column) => column.notNull())
    .addColumn('base_seq', 'bigint', (column) => column.notNull())
    .addColumn('base_hash', 'text', (column) => column.notNull())
    .addColumn('head_seq', 'bigint', (column) => column.notNull())
    .addColumn('head_hash', 'text', (column) => column.notNull())
    .addColumn('mac', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('log_chains_key', ['log', 'node'])
    .execute()
  await countHours(db)
  await queueNewLines(db)
}

async function countHours(db: Kysely<unknown>): Promise<void> {
  const { schema } = db
  const by = ['ikey', 'factor', 'result', 'reason'] as const
  await schema
    .createTable('authentication_hours')
    .addColumn('hour', 'bigint', (column) => column.notNull())
    .addColumn('ikey', 'text', (column) => column.notNull())
    .addColumn('factor', 'text', (column) => column.notNull())
    .addColumn('result', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('count', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('authentication_hours_key', ['hour', ...by])
    .execute()
  for (const name of by) {
    await schema
      .createIndex(`authentication_hours_${name}`)
      .on('authentication_hours')
      .columns([name, 'hour'])
      .execute()
  }
  await sql`
    insert into authentication_hours (hour, ikey, factor, result, reason, count)
    select timestamp - timestamp % ${sql.lit(hourMs)}, ikey, factor, result, reason, count(*)
    from authentication_log group by 1, 2, 3, 4, 5`.execute(db)
  await schema
    .createIndex('authentication_log_address')
    .on('authentication_log')
    .columns(['ipaddr', 'timestamp', 'id'])
    .execute()
  await schema
    .createIndex('authentication_log_username')
    .on('authentication_log')
    .columns(['username', 'timestamp', 'id'])
    .execute()
}

async function queueNewLines(db: Kysely<unknown>): Promise<void> {
  const isPostgres = findDialect(db) === 'postgres'
  if (isPostgres) {
    await sql`
      create or replace function queue_log_line() returns trigger language plpgsql as $$
      begin
        insert into log_queue (log, row_id) values (tg_table_name, new.id);
        return null;
      end $$`.execute(db)
  }
  for (const log of logs) {
    const name = sql.ref(`${log}_queued`)
    const table = sql.table(log)
    await (isPostgres
      ? sql`create trigger ${name} after insert on ${table}
          for each row execute function queue_log_line()`
      : sql`create trigger ${name} after insert on ${table}
          begin insert into log_queue (log, row_id) values (${sql.lit(log)}, new.id); end`
    ).execute(db)
  }
}
