import { lookupName, type UsernameNormalization } from '../../duo/index.ts'
import { type Bound, prepared } from '../store/prepared.ts'
import type { StoreDb } from '../store/store.ts'

/** The statements of a sign-in about its user, which are prepared once for each connection. */

/** The names by which a user is looked up, from the one that was typed. */
export interface LoginNames {
  readonly name: string
  /** Without its domain, if the application allows it. */
  readonly simple: string
}

export function loginNames(username: string, normalization: UsernameNormalization): LoginNames {
  // PostgreSQL refuses NUL in text; nobody has an empty name
  const [name, simple] = (['none', normalization] as const)
    .map((each) => lookupName(username, each))
    .map((each) => (each.includes('\0') ? '' : each))
  return { name: name ?? '', simple: simple ?? '' }
}

/** One user at most: with the name as it was typed, else without its domain. */
export const userOfName = prepared((db, { name, simple }: LoginNames) =>
  db
    .selectFrom('users')
    .selectAll()
    // two look-ups: SQLite takes several times as long to sort the rows of one
    .where('user_id', '=', (value) => value.fn.coalesce(ownerOf(db, name), ownerOf(db, simple))),
)

function ownerOf(db: StoreDb, name: string) {
  return db.selectFrom('user_names').select('user_id').where('name', '=', name)
}

export const userOfId = prepared((db, user: { readonly userId: string }) =>
  db.selectFrom('users').selectAll().where('user_id', '=', user.userId),
)

export const aliasesOfUser = prepared((db, user: { readonly userId: string }) =>
  db
    .selectFrom('user_names')
    .select('written')
    .where('user_id', '=', user.userId)
    .where('position', '>', 0)
    .orderBy('position'),
)

interface SignedIn {
  readonly userId: Bound<string>
  readonly now: number
  /** A later time of the last login is kept. */
  readonly earliest: number
}

export const signedIn = prepared((db, user: SignedIn) =>
  db
    .updateTable('users')
    .set({ last_login: user.now })
    .where('user_id', '=', user.userId)
    .where((where) =>
      where.or([
        where('last_login', 'is', null),
        where('last_login', '<', user.earliest),
        // the clock was set back
        where('last_login', '>', user.now),
      ]),
    ),
)
