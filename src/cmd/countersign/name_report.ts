import { systemClock } from '../../host/clock.ts'
import {
  type AuthenticationEvent,
  AuthenticationLog,
} from '../../service/audit/authentication_log.ts'
import { collidingNames, problematicNames } from '../../service/people/colliding_names.ts'
import { newNameRefusal, type OwnedName } from '../../service/people/user_names.ts'
import { spelledOut } from '../../service/people/username/username_problem.ts'
import type { Store } from '../../service/store/store.ts'
import { isoTime, moment, table } from './output.ts'

interface DeniedName {
  readonly username: string
  readonly looksLike: string
  readonly count: number
  readonly last: AuthenticationEvent
}

const deniedDays = 30
const dayMs = 86_400_000
const maxEvents = 10_000

/** Usernames in `countersign check`: collisions, and look-alikes that were denied. */
export interface NameReport {
  readonly collisions: readonly (readonly OwnedName[])[]
  readonly problematic: readonly (OwnedName & { readonly problem: string })[]
  readonly denied: readonly DeniedName[]
}

export async function nameReport(store: Store): Promise<NameReport> {
  return {
    collisions: await collidingNames(store.db),
    problematic: await problematicNames(store.db),
    denied: await deniedNames(store),
  }
}

/** The report for scripts. */
export function nameReportJson({ collisions, problematic, denied }: NameReport) {
  return {
    collisions: collisions.map((names) => names.map(nameJson)),
    not_for_new_users: problematic.map(({ problem, ...owned }) => ({
      ...nameJson(owned),
      problem,
    })),
    denied_look_alikes: denied.map(({ username, looksLike, count, last }) => ({
      username,
      looks_like: looksLike,
      count,
      last: isoTime(last.timestamp),
      application: last.application,
      ipaddr: last.ipaddr,
    })),
  }
}

/** The report for people; empty without findings. */
export function nameReportText({ collisions, problematic, denied }: NameReport): string {
  const listed = problematic.map(
    ({ name, username, problem }) =>
      `'${spelledOut(name)}' of user ${username} works, but a new user can't have such a name: ${problem}\n`,
  )
  const attempts =
    denied.length === 0
      ? ''
      : `\nNames denied in the last ${deniedDays} days because they look like a user's:\n${table(
          ['NAME', 'LOOKS LIKE', 'TIMES', 'LAST', 'APPLICATION', 'ADDRESS'],
          denied.map(({ username, looksLike, count, last }) => [
            spelledOut(username),
            looksLike,
            count,
            moment(last.timestamp),
            last.application,
            last.ipaddr,
          ]),
          '',
        )}`
  return [...collisions.map(collisionText), ...listed, attempts].join('')
}

function collisionText(names: readonly OwnedName[]): string {
  const [first, second] = names.filter(
    ({ userId }, index) => names.findIndex((other) => other.userId === userId) === index,
  )
  if (first === undefined || second === undefined) return ''
  const listed = names
    .map(({ name, username }) => `'${spelledOut(name)}' (user ${username})`)
    .join(' and ')
  return (
    `${listed} look alike. Each is matched exactly and keeps working.\n` +
    `  One person: countersign user remove ${second.username}, then add '${second.name}' to the aliases of ${first.username} (countersign user alias)\n` +
    `  Two people: rename one with countersign user edit ${second.username} --username NAME, in the directory too\n`
  )
}

/** Look-alikes that were denied recently, each once, newest first. */
async function deniedNames(store: Store): Promise<DeniedName[]> {
  const events = await new AuthenticationLog().list(
    {
      reason: 'look_alike_username',
      mintime: systemClock.now() - deniedDays * dayMs,
      limit: maxEvents,
    },
    store.db,
  )
  const denied: DeniedName[] = []
  for (const [username, same] of Map.groupBy(events, (event) => event.username)) {
    const [last] = same
    if (last === undefined) continue
    const refusal = await newNameRefusal(username, 'simple', store.db)
    const looksLike = refusal?.kind === 'look_alike' ? refusal.of.username : ''
    denied.push({ username, looksLike, count: same.length, last })
  }
  return denied
}

function nameJson({ userId, username, name }: OwnedName) {
  return { user_id: userId, username, name }
}
