import type { Kysely } from 'kysely'

/** Links activation codes to the invitation whose browser requested them. */
export async function invitedActivations(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('activation_codes').addColumn('invitation_hash', 'text').execute()
}
