import type { Kysely } from 'kysely'

/** Tells invitations that an administrator revoked from those that a newer one replaced. */
export async function revokedInvitations(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('portal_codes')
    .addColumn('revoked', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
}
