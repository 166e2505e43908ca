import type { Log } from '../../host/log.ts'
import type { StoreDb } from '../store/store.ts'
import type { OwnedName } from './user_names.ts'
import { spelledOut, usernameProblem } from './username/username_problem.ts'

/** Groups of two or more names of different users that can't be told apart. */
export async function collidingNames(db: StoreDb): Promise<OwnedName[][]> {
  const rows = await db
    .selectFrom('user_names')
    .innerJoin('users', 'users.user_id', 'user_names.user_id')
    .select([
      'user_names.folded',
      'users.user_id as userId',
      'users.username',
      'user_names.written as name',
    ])
    .where('user_names.folded', 'in', (query) =>
      query
        .selectFrom('user_names')
        .select('folded')
        .where('folded', '<>', '')
        .groupBy('folded')
        .having((count) => count.fn.count('user_id').distinct(), '>', 1),
    )
    .orderBy('user_names.folded')
    .orderBy('users.created')
    .orderBy('user_names.position')
    .execute()
  const groups = Map.groupBy(rows, ({ folded }) => folded)
  return [...groups.values()].map((group) => group.map(({ folded: _, ...owned }) => owned))
}

/** Names that no new user may have, each with what is wrong with it. */
export async function problematicNames(
  db: StoreDb,
): Promise<(OwnedName & { readonly problem: string })[]> {
  const rows = await db
    .selectFrom('user_names')
    .innerJoin('users', 'users.user_id', 'user_names.user_id')
    .select(['users.user_id as userId', 'users.username', 'user_names.written as name'])
    .orderBy('user_names.name')
    .execute()
  return rows.flatMap((owned) => {
    const problem = usernameProblem(owned.name)
    return problem === undefined ? [] : [{ ...owned, problem }]
  })
}

/** Logs one line if names of different users can't be told apart. */
export async function warnOfCollidingNames(db: StoreDb, log: Log): Promise<void> {
  const groups = await collidingNames(db)
  const [first] = groups
  if (first === undefined) return
  log.warn("users whose names look alike; 'countersign check' lists them and says what to do", {
    count: groups.length,
    first: first.map(({ name }) => spelledOut(name)).join(' and '),
  })
}
