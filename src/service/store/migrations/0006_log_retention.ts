import type { Kysely } from 'kysely'

/** The other two logs have an index by time: old entries are found by it. */
export async function logRetention({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createIndex('administrator_log_time')
    .on('administrator_log')
    .column('timestamp')
    .execute()
}
