import type { Kysely } from 'kysely'
import { prepared } from './prepared.ts'
import type { Schema } from './schema.ts'

const valueByName = prepared((db, { name }: { readonly name: string }) =>
  db.selectFrom('settings').select('value').where('name', '=', name),
)

/** Values that all nodes share, by name. */
export async function readSetting(name: string, db: Kysely<Schema>): Promise<string | undefined> {
  const [row] = await valueByName(db, { name })
  return row?.value
}

export async function writeSetting(name: string, value: string, db: Kysely<Schema>): Promise<void> {
  await db
    .insertInto('settings')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}

/** Writes a setting unless there is one. @returns The setting, which may be that of another node. */
export async function addSetting(name: string, value: string, db: Kysely<Schema>): Promise<string> {
  await db
    .insertInto('settings')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  return (await readSetting(name, db)) ?? value
}

/** Locks a setting until the transaction ends; adds an empty one if there is none. */
export async function lockSetting(name: string, db: Kysely<Schema>): Promise<void> {
  await db
    .insertInto('settings')
    .values({ name, value: '' })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ name }))
    .execute()
}
