import { type Kysely, type RawBuilder, sql } from 'kysely'
import { searchWords } from '../../people/username/search_words.ts'
import { findDialect } from '../dialect.ts'
import type { Schema } from '../schema.ts'

const usersAtOnce = 500

/** Adds the indexes for the administration's lists, and the words by which it finds users. */
export async function administration(db: Kysely<Schema>): Promise<void> {
  const postgres = findDialect(db) === 'postgres'
  const text = (column: string): RawBuilder<unknown> =>
    postgres ? sql`${sql.ref(column)} collate "C"` : sql.ref(column)
  const lower = (column: string): RawBuilder<unknown> => sql`lower(${text(column)})`
  const index = async (
    name: string,
    table: string,
    by: RawBuilder<unknown>,
    key: string,
  ): Promise<void> => {
    await sql`create index ${sql.ref(name)} on ${sql.table(table)} (${by}, ${sql.ref(key)})`.execute(
      db,
    )
  }
  await index('users_by_username', 'users', lower('username'), 'user_id')
  await index('users_by_realname', 'users', lower('realname'), 'user_id')
  await index('users_by_email', 'users', lower('email'), 'user_id')
  await index('users_by_created', 'users', sql.ref('created'), 'user_id')
  await index('users_by_last_login', 'users', sql`coalesce(last_login, 0)`, 'user_id')
  await index('groups_by_name', 'groups', lower('name'), 'group_id')
  await index('group_members_of_group', 'group_members', sql.ref('group_id'), 'user_id')
  await index('phones_by_number', 'phones', text('number'), 'phone_id')
  await index('phones_by_created', 'phones', sql.ref('created'), 'phone_id')
  await index('oath_tokens_by_serial', 'oath_tokens', text('serial'), 'token_id')
  await index('yubikeys_by_serial', 'yubikeys', text('serial'), 'token_id')
  await index('integrations_by_name', 'integrations', lower('name'), 'ikey')
  // in SQLite every index ends with the id
  if (postgres) {
    for (const log of ['authentication_log', 'administrator_log', 'telephony_log']) {
      await db.schema.dropIndex(`${log}_time`).execute()
      await index(`${log}_time`, log, sql.ref('timestamp'), 'id')
    }
  }
  await createWords(db, postgres)
}

async function createWords(db: Kysely<Schema>, postgres: boolean): Promise<void> {
  await db.schema
    .createTable('user_words')
    .addColumn('word', postgres ? sql`text collate "C"` : 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) =>
      column.notNull().references('users.user_id').onDelete('cascade'),
    )
    .addPrimaryKeyConstraint('user_words_key', ['word', 'user_id'])
    .execute()
  await db.schema.createIndex('user_words_of_user').on('user_words').column('user_id').execute()
  const users = await db.selectFrom('users').select(['user_id', 'realname', 'email']).execute()
  const names = Map.groupBy(
    await db.selectFrom('user_names').select(['user_id', 'written']).execute(),
    ({ user_id }) => user_id,
  )
  for (let start = 0; start < users.length; start += usersAtOnce) {
    const rows = users.slice(start, start + usersAtOnce).flatMap(({ user_id, realname, email }) => {
      const written = (names.get(user_id) ?? []).map((name) => name.written)
      return searchWords([...written, realname, email]).map((word) => ({ word, user_id }))
    })
    for (let row = 0; row < rows.length; row += usersAtOnce) {
      await db
        .insertInto('user_words')
        .values(rows.slice(row, row + usersAtOnce))
        .execute()
    }
  }
}
