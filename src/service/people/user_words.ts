import { type RawBuilder, sql } from 'kysely'
import { startsWith } from '../store/keyset.ts'
import type { StoreDb } from '../store/store.ts'
import { searchTerms, searchWords } from './username/search_words.ts'

/** Writes a user's words again; call it in the transaction that changes the names or addresses. */
export async function updateWords(userId: string, db: StoreDb): Promise<void> {
  const { realname, email } = await db
    .selectFrom('users')
    .select(['realname', 'email'])
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow()
  const names = await db
    .selectFrom('user_names')
    .select('written')
    .where('user_id', '=', userId)
    .execute()
  await db.deleteFrom('user_words').where('user_id', '=', userId).execute()
  const words = searchWords([...names.map(({ written }) => written), realname, email])
  if (words.length === 0) return
  const rows = words.map((word) => ({ word, user_id: userId }))
  await db.insertInto('user_words').values(rows).execute()
}

/** Whether a user has a word that begins with each word of the search. */
export function matchesWords(search: string): RawBuilder<boolean> {
  const conditions = searchTerms(search).map(
    (term) =>
      sql<boolean>`users.user_id in (select user_id from user_words where ${startsWith(sql.ref('word'), term)})`,
  )
  return conditions.length === 0
    ? sql<boolean>`1 = 1`
    : sql<boolean>`${sql.join(conditions, sql` and `)}`
}
