import { lookupName, type UsernameNormalization } from '../../duo/index.ts'
import { prepared } from '../store/prepared.ts'
import { isUniqueViolation, type StoreDb } from '../store/store.ts'
import { DirectoryError } from './user.ts'
import {
  foldedUsername,
  foldedWithoutDomain,
  lookAlikeKeys,
  newUsername,
} from './username/folded_username.ts'
import { usernameProblem } from './username/username_problem.ts'

const maxLength = 255
/** Including a domain. Longer names are refused without comparing them with others. */
const maxCompared = 2 * maxLength
const tooLong = `it is longer than ${maxLength} characters`

/** A name or alias, and the user it belongs to. */
export interface OwnedName {
  readonly userId: string
  readonly username: string
  /** The name or alias, as it was written. */
  readonly name: string
}

/** Why an unknown username can't become a user. */
export type NameRefusal =
  | { readonly kind: 'look_alike'; readonly of: OwnedName }
  | { readonly kind: 'invalid'; readonly problem: string }

/** @returns The name as it is stored. @throws {DirectoryError} `DIRECTORY_NAME` */
export function checkedName(name: string): string {
  const written = name.trim().normalize('NFC')
  const problem = nameProblem(written)
  if (problem === undefined) return written
  throw invalidName(written, problem)
}

/**
 * Adds a name or alias to a user. A name that looks like another user's name is refused; one user may
 * have several names that look alike.
 *
 * @param written As `checkedName` returns it.
 * @throws {DirectoryError} `DIRECTORY_NAME_TAKEN`, `DIRECTORY_LOOK_ALIKE`
 */
export async function addName(
  userId: string,
  written: string,
  position: number,
  db: StoreDb,
): Promise<void> {
  const name = lookupName(written, 'none')
  const alike = await ownersLike(written, 'none', db)
  if (alike.some((owned) => lookupName(owned.name, 'none') === name)) throw nameTaken(written)
  const other = alike.find((owned) => owned.userId !== userId)
  if (other !== undefined) throw looksLike(written, other)
  const folded = foldedUsername(written)
  const folded_simple = foldedWithoutDomain(written)
  const claims = alike.some((owned) => foldedUsername(owned.name) === folded) ? 0 : 1
  try {
    await db
      .insertInto('user_names')
      .values({ name, user_id: userId, position, written, folded, folded_simple, claims })
      .execute()
  } catch (error) {
    // another transaction took the name, or one that looks like it, at the same moment
    if (isUniqueViolation(error)) throw nameTaken(written)
    throw error
  }
}

/**
 * Why an unknown username can't become a user; `undefined` if it can. If the application ignores
 * domains, so does the comparison: `alice` is no new user beside `alice@corp.example`.
 */
export async function newNameRefusal(
  username: string,
  normalization: UsernameNormalization,
  db: StoreDb,
): Promise<NameRefusal | undefined> {
  if (username.length > maxCompared) return { kind: 'invalid', problem: tooLong }
  const [of] = await ownersLike(username, normalization, db)
  if (of !== undefined) return { kind: 'look_alike', of }
  const problem = nameProblem(newUsername(username, normalization).normalize('NFC'))
  return problem === undefined ? undefined : { kind: 'invalid', problem }
}

/** @throws {DirectoryError} `DIRECTORY_LOOK_ALIKE` or `DIRECTORY_NAME`, by `newNameRefusal`. */
export async function requireNewName(
  username: string,
  normalization: UsernameNormalization,
  db: StoreDb,
): Promise<void> {
  const refusal = await newNameRefusal(username, normalization, db)
  if (refusal?.kind === 'look_alike') throw looksLike(username, refusal.of)
  if (refusal?.kind === 'invalid') throw invalidName(username, refusal.problem)
}

function nameProblem(name: string): string | undefined {
  return name.length > maxLength ? tooLong : usernameProblem(name)
}

async function ownersLike(
  username: string,
  normalization: UsernameNormalization,
  db: StoreDb,
): Promise<OwnedName[]> {
  const ownersOfKey = normalization === 'simple' ? ownersOfSimpleKey : ownersOfFullKey
  const found: OwnedName[] = []
  for (const key of lookAlikeKeys(username, normalization)) {
    found.push(...(await ownersOfKey(db, { key })))
  }
  return found
}

const ownersOfFullKey = prepared((db, { key }: { readonly key: string }) =>
  selectOwners(db).where('user_names.folded', '=', key),
)

const ownersOfSimpleKey = prepared((db, { key }: { readonly key: string }) =>
  selectOwners(db).where('user_names.folded_simple', '=', key),
)

function selectOwners(db: StoreDb) {
  return db
    .selectFrom('user_names')
    .innerJoin('users', 'users.user_id', 'user_names.user_id')
    .select(['users.user_id as userId', 'users.username', 'user_names.written as name'])
    .orderBy('user_names.position')
}

function invalidName(name: string, problem: string): DirectoryError {
  const shown = JSON.stringify(name.slice(0, maxLength))
  return new DirectoryError('DIRECTORY_NAME', `the user name ${shown} can't be used: ${problem}`)
}

export function nameTaken(written: string): DirectoryError {
  return new DirectoryError(
    'DIRECTORY_NAME_TAKEN',
    `'${written}' is the name or an alias of a user already`,
  )
}

function looksLike(written: string, { username, name }: OwnedName): DirectoryError {
  const alias = name === username ? '' : `, an alias of the user '${username}'`
  return new DirectoryError(
    'DIRECTORY_LOOK_ALIKE',
    `'${written}' looks like '${name}'${alias}: Active Directory and people take them for the same name. If it is the same person, add it as an alias of '${username}'; docs/usernames.md says what else can be done`,
  )
}
