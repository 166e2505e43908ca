import { type Kysely, sql } from 'kysely'

interface NamedApplication {
  readonly ikey: string
  readonly name: string
}

/** Makes the names of applications unique. Of those with the same name, the oldest keeps it. */
export async function cli(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('integrations').addColumn('name_key', 'text').execute()
  const { rows } = await sql<NamedApplication>`
    select ikey, name from integrations order by created, ikey`.execute(db)
  const taken = new Set<string>()
  for (const { ikey, name: before } of rows) {
    const name = taken.has(nameKey(before)) ? `${before} (${ikey})` : before
    taken.add(nameKey(name))
    await sql`
      update integrations set name = ${name}, name_key = ${nameKey(name)}
      where ikey = ${ikey}`.execute(db)
  }
  await db.schema
    .createIndex('integrations_name')
    .unique()
    .on('integrations')
    .column('name_key')
    .execute()
}

/** As `Integrations` compared names when this step was made. */
function nameKey(name: string): string {
  return name.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase()
}
