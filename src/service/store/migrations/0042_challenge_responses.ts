import type { Kysely } from 'kysely'

/**
 * Keeps SMS passcodes sealed beside their hashes, to compare them with the proof of CHAP and MS-CHAP, and
 * the protocol in which an application was last seen to prove what its users type.
 */
export async function challengeResponses(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('sms_passcodes').addColumn('sealed_code', 'text').execute()
  await db.schema.alterTable('integrations').addColumn('proof_protocol', 'text').execute()
  await db.schema.alterTable('integrations').addColumn('proof_seen', 'bigint').execute()
}
