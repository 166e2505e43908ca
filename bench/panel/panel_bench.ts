import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as elapsed } from 'node:timers/promises'
import { Secret } from '../../src/host/secret.ts'
import { Integrations } from '../../src/service/applications/integrations.ts'
import { Store } from '../../src/service/store/store.ts'
import {
  AdminClient,
  addAdministrator,
  type TestAdministrator,
} from '../../test/rig/admin_client.ts'
import { ServiceClient } from '../../test/rig/service_client.ts'
import { atMost, type Figures, type Target } from '../figure.ts'
import { postgresProgram, startPostgres } from '../postgres.ts'
import { startService } from '../service/our_service.ts'
import { formatLatency } from '../statistic.ts'
import { core, type Workplace } from '../workplace.ts'
import { type Company, foundCompany } from './company.ts'
import { fillLog, loggedValues } from './long_log.ts'
import { importUsers } from './user_import.ts'

interface PanelBenchOptions {
  readonly rounds: number
  readonly quick?: boolean
  /** A log of a million lines, a short file of users, and fewer requests. */
  readonly brief?: boolean
}

/** Requests of one kind: each path is measured on its own, with its next page. */
type Kinds = Readonly<Record<string, readonly string[]>>

const limitMs = 100
const samples = 5
/** Counts are kept for this long. */
const keptMs = 5_100
const peer = 'session (no list)'
/** An idle connection may be closed just when the next request begins. */
const newConnection = { connection: 'close' }

/**
 * Lists of the panel with 100,000 users, and its logs with ten million sign-ins, as a signed-in
 * administrator requests them one after another.
 */
export async function panelBench(
  place: Workplace,
  { rounds, quick = false, brief = false }: PanelBenchOptions,
): Promise<Figures> {
  const users = quick ? 500 : 100_000
  const imported = quick ? 200 : brief ? 1_000 : 10_000
  const rows: (string | number)[][] = []
  const remarks: string[] = []
  const verified: number[] = []
  for (const database of existsSync(postgresProgram) ? ['SQLite', 'PostgreSQL'] : ['SQLite']) {
    // PostgreSQL takes several times as long to fill, and its plans do not change from there on
    const whole = database === 'SQLite' ? 10_000_000 : 2_000_000
    const lines = quick ? 500 : brief ? 1_000_000 : whole
    const size = { users, lines, imported }
    const { lists: measured, importMs } = await measure(place, database, {
      ...size,
      rounds: quick ? 1 : brief ? rounds : rounds * samples,
    })
    remarks.push(
      `${database}: a file of ${imported} users, one line in a hundred bad: ${importMs.toFixed(1)} ms a line`,
    )
    const base = measured.find(({ name }) => name === peer)?.latency.p50 ?? Number.NaN
    for (const { name, latency, replies } of measured) {
      const { p50, p95 } = latency
      rows.push([`${database}: ${name}`, p50, p95, p50 / base])
      verified.push(replies)
    }
  }
  return {
    name: 'panel',
    method: `requests of an administrator, one at a time on new connections, with ${users} users; each list with its next page`,
    columns: ['request', 'p50 ms', 'p95 ms', 'x session'],
    rows,
    better: { 'p50 ms': 'less', 'p95 ms': 'less', 'x session': 'less' },
    targets: slowestOf(rows),
    remarks,
    verified,
  }
}

/** Each request has the same target, so the slowest of each database decides. */
function slowestOf(rows: readonly (readonly (string | number)[])[]): Target[] {
  return ['SQLite', 'PostgreSQL'].flatMap((database) => {
    const [slowest] = rows
      .filter(([name]) => String(name).startsWith(database))
      .sort((one, other) => Number(other[2]) - Number(one[2]))
    if (slowest === undefined) return []
    return [
      atMost(`panel on ${slowest[0]}, the slowest list: p95`, Number(slowest[2]), limitMs, ' ms'),
    ]
  })
}

interface Sizes {
  readonly users: number
  /** Of the log. */
  readonly lines: number
  /** Users of the imported file. */
  readonly imported: number
}

async function measure(
  place: Workplace,
  database: string,
  { rounds, ...sizes }: Sizes & { readonly rounds: number },
) {
  const folder = await place.folder(database)
  const databaseUrl = database === 'SQLite' ? undefined : await startPostgres(place)
  const { company, administrator, integration, importMs } = await fill(folder, databaseUrl, sizes)
  const service = await startService(place, {
    name: `service on ${database}`,
    folder,
    core: core.server,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  })
  const ca = readFileSync(service.caFile, 'utf8')
  const http = new ServiceClient({ port: service.port, ca, integration })
  const client = new AdminClient({ port: service.port, send: (raw) => http.send(raw) })
  await client.signIn(administrator)
  const results = []
  for (const [name, paths] of Object.entries({ ...lists(company), ...logs })) {
    const times: number[] = []
    for (let round = 0; round < rounds; round++) {
      for (const path of paths) times.push(...(await request(client, path)))
    }
    results.push({ name, latency: formatLatency(times), replies: times.length })
  }
  const times: number[] = []
  for (let round = 0; round < Math.min(rounds, samples); round++) {
    times.push(...(await request(client, 'users-counts')))
    if (rounds > 1) await elapsed(keptMs)
  }
  results.push({ name: 'counts of users', latency: formatLatency(times), replies: times.length })
  http.close()
  return { lists: results, importMs }
}

/** Fills the database before the service opens it. */
async function fill(folder: string, url: string | undefined, { users, lines, imported }: Sizes) {
  const databaseUrl = url === undefined ? undefined : new Secret(url)
  const store = await Store.open({ folder, databaseUrl, migrate: true })
  try {
    const company = await foundCompany(store, users)
    await fillLog(store, lines)
    const importMs = await importUsers(store, imported)
    const administrator: TestAdministrator = await addAdministrator(store)
    const application = { name: 'Panel', type: 'authapi' } as const
    const integration = await store.transaction((db) =>
      new Integrations(store).create(application, Date.now(), db),
    )
    return { company, administrator, integration, importMs }
  } finally {
    await store.close()
  }
}

/** @returns The time of the first page, and of the next one, in ms. */
async function request(client: AdminClient, path: string): Promise<number[]> {
  const times: number[] = []
  let next = ''
  do {
    const began = performance.now()
    const { status, body } = await client.call('GET', `${path}${next}`, {}, newConnection)
    times.push(performance.now() - began)
    if (status !== 200) throw new Error(`${path} answered ${status}`)
    const cursor = typeof body.next === 'string' && next === '' ? body.next : undefined
    next = cursor === undefined ? '' : `${path.includes('?') ? '&' : '?'}after=${cursor}`
  } while (next !== '')
  return times
}

function lists({ groups }: Company): Kinds {
  const sorts = ['username', '-username', 'realname', 'email', '-created', 'last_login']
  const filters = ['active', 'not_enrolled', 'pending', 'inactive', 'bypass', 'locked', 'trash']
  const searches = ['ada', 'ada bakerson', 'exam', 'c', 'nobody', 'nora.kahn']
  return {
    [peer]: ['session'],
    'users, each order': sorts.map((sort) => `users?sort=${sort}`),
    'users, each filter and order': filters.flatMap((filter) =>
      sorts.map((sort) => `users?filter=${filter}&sort=${sort}`),
    ),
    'users, found by words': searches.flatMap((q) =>
      sorts.map((sort) => `users?q=${encodeURIComponent(q)}&sort=${sort}`),
    ),
    'users of a group': [groups.everyone, groups.few].flatMap((group) =>
      sorts.map((sort) => `users?group=${group}&sort=${sort}&filter=not_enrolled`),
    ),
    groups: ['groups', 'groups?q=ment', 'groups?sort=-name'],
    phones: ['phones', 'phones?sort=-created', 'phones?activated=false', 'phones?q=%2B493012'],
    tokens: ['tokens', 'tokens?unassigned=true', 'tokens?q=T1002'],
    'bypass codes, invitations': ['bypass_codes', 'invitations', 'invitations?state=opened'],
    dashboard: ['dashboard/sign-ins?range=month', 'dashboard/attention'],
  }
}

const logs: Kinds = {
  'log of sign-ins': ['logs/authentication'],
  'log, one filter': filters(({ common, rare }) => [common, rare]),
  'log, two filters': [
    ...[
      'result=denied&factor=duo_push',
      'result=fraud&address=192.0.2.1',
      'user=user7&result=denied',
    ],
    ...['reason=locked_out&application=DICOMMON', 'result=success&address=198.51.100.7'],
  ].map((query) => `logs/authentication?${query}`),
  'log, nothing found': [
    ...filters(({ none }) => [none]),
    'logs/authentication?result=fraud&reason=user_approved',
    'logs/authentication?factor=sms_passcode&reason=no_response',
  ],
}

function filters(
  choose: (values: {
    readonly common: string
    readonly rare: string
    readonly none: string
  }) => string[],
): string[] {
  const { user, ...others } = loggedValues
  const all = { ...others, user: { common: user.some, rare: user.some, none: user.none } }
  return Object.entries(all).flatMap(([name, values]) =>
    choose(values).map((value) => `logs/authentication?${name}=${value}`),
  )
}
