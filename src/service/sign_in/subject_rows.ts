import { sql } from 'kysely'
import type { UsernameNormalization } from '../../duo/index.ts'
import { type OathTokenRow, tokensOfUser } from '../authenticators/oath/oath_token.ts'
import { type PhoneRow, phonesOfUser } from '../authenticators/phone/phones.ts'
import { type YubikeyRow, yubikeysOfUser } from '../authenticators/yubikey/yubikeys.ts'
import { type GroupRow, groupsOfUser } from '../people/groups.ts'
import { loginNames, userOfId, userOfName } from '../people/login_statements.ts'
import type { UserRow } from '../people/user_row.ts'
import { findDirect } from '../store/direct_statements.ts'
import { type Prepared, prepared } from '../store/prepared.ts'
import type { Store, StoreDb } from '../store/store.ts'
import { type FailedAttemptsRow, failuresEverywhere } from './lockout.ts'
import type { UserReference } from './transaction/attempt.ts'

/** What the database says of one user when a sign-in begins. */
export interface SubjectRows {
  readonly user: UserRow | undefined
  readonly groups: readonly GroupRow[]
  readonly phones: readonly PhoneRow[]
  readonly tokens: readonly OathTokenRow[]
  readonly yubikeys: readonly YubikeyRow[]
  /** Of the whole account. */
  readonly failures: readonly FailedAttemptsRow[]
}

/** In place of an unknown user's identifier, so that unknown and known names take the same statements. */
export const noUserId = 'DU0'

/** Reads them together: on PostgreSQL in one round trip, on SQLite from one state of the database. */
export async function readSubjectRows(
  user: UserReference,
  normalization: UsernameNormalization,
  { db }: Pick<Store, 'db'>,
): Promise<SubjectRows> {
  const direct = findDirect(db)
  if (direct === undefined) return await readInOne(user, normalization, db)
  return direct.together(() => {
    const [found] =
      'userId' in user
        ? userOfId.read(direct, db, user)
        : userOfName.read(direct, db, loginNames(user.username, normalization))
    const one = { userId: found?.user_id ?? noUserId }
    return {
      user: found,
      groups: groupsOfUser.read(direct, db, one),
      phones: phonesOfUser.read(direct, db, one),
      tokens: tokensOfUser.read(direct, db, one),
      yubikeys: yubikeysOfUser.read(direct, db, one),
      failures: failuresEverywhere.read(direct, db, one),
    }
  })
}

type Lists = {
  readonly [Name in Exclude<keyof SubjectRows, 'user'>]: SubjectRows[Name] | null
} & { readonly user: readonly UserRow[] | null }

async function readInOne(
  user: UserReference,
  normalization: UsernameNormalization,
  db: StoreDb,
): Promise<SubjectRows> {
  const [read] =
    'userId' in user
      ? await allOfId(db, user)
      : await allOfName(db, loginNames(user.username, normalization))
  return {
    user: read?.user?.[0],
    groups: read?.groups ?? [],
    phones: read?.phones ?? [],
    tokens: read?.tokens ?? [],
    yubikeys: read?.yubikeys ?? [],
    failures: read?.failures ?? [],
  }
}

const allOfName = allOf(userOfName)
const allOfId = allOf(userOfId)

/** One statement that returns the rows of several as JSON arrays. */
function allOf<Who extends object>(find: Prepared<Who, UserRow>): Prepared<Who, Lists> {
  return prepared((db, who: Who) => {
    const one = { userId: sql<string>`(select user_id from found)` }
    const parts: Readonly<Record<keyof SubjectRows, unknown>> = {
      user: sql`select * from found`,
      groups: groupsOfUser.build(db, one),
      phones: phonesOfUser.build(db, one),
      tokens: tokensOfUser.build(db, one),
      yubikeys: yubikeysOfUser.build(db, one),
      failures: failuresEverywhere.build(db, one),
    }
    const lists = Object.entries(parts).map(
      ([name, part]) => sql`(select json_agg(part) from (${part}) as part) as ${sql.ref(name)}`,
    )
    const all = sql<Lists>`with found as (${find.build(db, who)}) select ${sql.join(lists)}`
    return { compile: () => all.compile(db) }
  })
}
