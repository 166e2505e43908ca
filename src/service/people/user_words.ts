import { type RawBuilder, sql } from 'kysely'
import { startsWith } from '../store/keyset.ts'
import type { StoreDb } from '../store/store.ts'
import { searchTerms, searchWords } from './username/search_words.ts'

/** Writes a user's words again; call it in the transaction that changes the names or addresses. */
export async function updateWords(userId: string, db: StoreDb): Promise<void> {
  const { realname, email, firstname, lastname } = await db
    .selectFrom('users')
    .select(['realname', 'email', 'firstname', 'lastname'])
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow()
  const names = await db
    .selectFrom('user_names')
    .select('written')
    .where('user_id', '=', userId)
    .execute()
  await db.deleteFrom('user_words').where('user_id', '=', userId).execute()
  const written = names.map((name) => name.written)
  const words = searchWords([...written, realname, email, firstname, lastname])
  if (words.length === 0) return
  const rows = words.map((word) => ({ word, user_id: userId }))
  await db.insertInto('user_words').values(rows).execute()
}

/** The users with a word that begins with this one: `user_id`s, some of them more than once. */
export function usersWithWord(term: string): RawBuilder<unknown> {
  return sql`select user_id from user_words where ${startsWith(sql.ref('word'), term)}`
}

/** The users with a word for each word of the search: `user_id`s. */
export function usersFoundBy(search: string): RawBuilder<unknown> {
  const found = searchTerms(search).map(usersWithWord)
  return found.length === 0 ? sql`select user_id from users` : sql.join(found, sql` intersect `)
}
