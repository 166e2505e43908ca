import { type Kysely, sql } from 'kysely'

interface NamedPolicy {
  readonly policy_key: string
  readonly name: string
}

/** Makes the names of policies unique. Of those with the same name, the oldest keeps it. */
export async function policyNames(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('policies').addColumn('name_key', 'text').execute()
  const { rows } = await sql<NamedPolicy>`
    select policy_key, name from policies order by created, policy_key`.execute(db)
  const taken = new Set<string>()
  for (const { policy_key, name: before } of rows) {
    const name = taken.has(nameKey(before)) ? `${before} (${policy_key})` : before
    taken.add(nameKey(name))
    await sql`
      update policies set name = ${name}, name_key = ${nameKey(name)}
      where policy_key = ${policy_key}`.execute(db)
  }
  await db.schema.createIndex('policies_name').unique().on('policies').column('name_key').execute()
}

/** As `Policies` compared names when this step was made. */
function nameKey(name: string): string {
  return name.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase()
}
