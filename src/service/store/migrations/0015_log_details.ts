import { type Kysely, sql } from 'kysely'

const empty = sql`''`

/** Adds what was changed and why it was decided to the logs, and the indexes by which lines are found. */
export async function logDetails({ schema }: Kysely<unknown>): Promise<void> {
  for (const name of ['actor_id', 'address', 'object_kind', 'object_id']) {
    await schema
      .alterTable('administrator_log')
      .addColumn(name, 'text', (column) => column.notNull().defaultTo(empty))
      .execute()
  }
  await schema.alterTable('administrator_log').addColumn('user_id', 'text').execute()
  await schema
    .alterTable('administrator_log')
    .addColumn('changes', 'text', (column) => column.notNull().defaultTo(sql`'{}'`))
    .execute()
  for (const [name, columns] of [
    ['object', ['object_kind', 'object_id']],
    ['user', ['user_id']],
    ['actor', ['actor']],
    ['action', ['action']],
    ['address', ['address']],
  ] as const) {
    await schema
      .createIndex(`administrator_log_${name}`)
      .on('administrator_log')
      .columns([...columns, 'timestamp', 'id'])
      .execute()
  }
  for (const name of ['decided_by', 'policy_key']) {
    await schema
      .alterTable('authentication_log')
      .addColumn(name, 'text', (column) => column.notNull().defaultTo(empty))
      .execute()
  }
}
