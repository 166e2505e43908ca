import type { Kysely } from 'kysely'

/** Adds what tells a resend from a new guess, and a client's retry from a new sign-in. */
export async function guess({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .alterTable('failed_attempts')
    .addColumn('last_wrong_at', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute()
  await schema.alterTable('oath_tokens').addColumn('used', 'bigint').execute()
  await schema.alterTable('yubikeys').addColumn('used', 'bigint').execute()
  await schema.alterTable('transactions').addColumn('repeat_of', 'text').execute()
  await schema.alterTable('authentication_log').addColumn('repeat_of', 'text').execute()
}
