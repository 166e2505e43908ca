import { existsSync } from 'node:fs'
import pg from 'pg'
import { atLeast, atMost, type Cell, type Figures, type Plan } from '../figure.ts'
import { postgresProgram, startPostgres } from '../postgres.ts'
import type { LoginLoadResult } from '../service/login_bench.ts'
import { type ServiceAtWork, startService } from '../service/our_service.ts'
import type { TokenHolder } from '../service/stock.ts'
import { median } from '../statistic.ts'
import { residentMiB } from '../usage.ts'
import { core, type Workplace } from '../workplace.ts'
import { capacityFigures, type MeasuredPoint } from './capacity.ts'
import {
  type Database,
  databaseBytes,
  type FilledDatabase,
  fillDatabase,
  type Size,
} from './filled_database.ts'
import { measureList, openLists } from './lists.ts'
import { measureLogins, startWaitingPushes } from './measured_logins.ts'
import { measurePruning, pruningColumns } from './pruning.ts'
import { explainableSettings, explainRequests } from './query_plans.ts'

export interface ScaleBenchOptions {
  readonly rounds: number
  readonly warmSecs: number
  readonly secs: number
  readonly quick?: boolean
  readonly brief?: boolean
  /** The largest number of users, and of log lines. */
  readonly users?: number
  readonly logRows?: number
  /** Only these databases. */
  readonly servers?: readonly string[]
}

/** A size of one database: filled, served and measured. */
interface Point {
  readonly filled: FilledDatabase
  readonly service: ServiceAtWork
  readonly results: LoginLoadResult[]
  readonly bytes: number
}

/** Figures of one database. */
interface DatabaseFigures {
  readonly logins: Cell[][]
  readonly lists: Cell[][]
  readonly pruning: Cell[][]
  readonly plans: readonly Plan[]
  readonly verified: number[]
  readonly points: readonly MeasuredPoint[]
  readonly bytesPerLine: number
  readonly memoryOfPushes: { readonly pushes: number; readonly addedMiB: number } | undefined
}

const holdersOfMeasurement = 160
/** Below, a busy machine may not finish one login. */
const leastSecs = 2
const limitMs = 100
const leastRate = 0.7
/** Of users in the series of log lines, and lines in that of users. */
const usual = { users: 10_000, logRows: 100_000 }
const notRun =
  'SQLite and PostgreSQL with more: `npm run bench -- scale --users 1000000 --log-rows 10000000`'

/** Logins, lists and the clean-up of logs against users, waiting pushes and log lines. */
export async function scaleBench(
  place: Workplace,
  options: ScaleBenchOptions,
): Promise<readonly Figures[]> {
  const sizes = sizesOf(options)
  const secs = Math.max(leastSecs, options.secs)
  const installed: readonly Database[] = existsSync(postgresProgram)
    ? ['SQLite', 'PostgreSQL']
    : ['SQLite']
  const databases = installed.filter((each) => options.servers?.includes(each) ?? true)
  const found: DatabaseFigures[] = []
  for (const database of databases) {
    found.push(await measureDatabase(place, database, sizes, { ...options, secs }))
    await place.stop()
  }
  const verified = found.flatMap((each) => each.verified)
  const sizeText = sizes.map(nameOf)
  const lists = found.flatMap((each) => each.lists)
  const logins = found.flatMap((each) => each.logins)
  const pruning = found.flatMap((each) => each.pruning)
  const base = { verified, remarks: [] as string[] }
  return [
    {
      ...base,
      name: 'scale-logins',
      method:
        `signed passcode logins of ${holdersOfMeasurement} users on 32 kept connections, service on one core; ` +
        `medians of ${options.rounds} rounds in which the sizes take turns`,
      columns: loginColumns,
      rows: logins,
      better: {
        ...{ 'logins/s': 'more', 'x smallest': 'more', 'CPU s/10k': 'less', 'p50 ms': 'less' },
        ...{ 'p99 ms': 'less', 'RSS MiB': 'less', 'database MiB': 'less' },
      },
      targets: ratesOf(logins),
      remarks: [largestRemark(sizes)],
    },
    {
      ...base,
      name: 'scale-lists',
      method: 'requests one at a time on new connections, the slowest of five or so (p95)',
      columns: ['list', ...sizeText.map((text) => `${text}: p95 ms`), 'x smallest'],
      rows: lists,
      better: Object.fromEntries([
        ...sizeText.map((text) => [`${text}: p95 ms`, 'less'] as const),
        ['x smallest', 'less'] as const,
      ]),
      targets: databases.map((database) => slowestList(database, lists)),
    },
    {
      ...base,
      name: 'scale-pruning',
      method:
        'passcode logins on 4 connections, while the oldest of three months is deleted from the log',
      columns: pruningColumns,
      rows: pruning,
      better: { 'logins/s': 'more', 'p99 ms': 'less', 'x p99 without': 'less' },
      targets: pruning.flatMap((row) =>
        typeof row[6] === 'number'
          ? [atMost(`${row[0]}: p99 of logins, against without`, Number(row[7]), 2, 'x')]
          : [],
      ),
    },
    capacityFigures({
      points: found.flatMap((each) => each.points),
      bytesPerLine: Object.fromEntries(
        databases.map((database, index) => [database, found[index]?.bytesPerLine ?? Number.NaN]),
      ),
      memoryOfPushes: found[0]?.memoryOfPushes,
    }),
    {
      ...base,
      name: 'scale-plans',
      method: `the statements of a login and of lists with ${nameOf(largest(sizes))}`,
      columns: ['database', 'statements'],
      rows: databases.map((database, index) => [database, found[index]?.plans.length ?? 0]),
      better: {},
      targets: [],
      plans: found.flatMap((each) => each.plans),
    },
  ]
}

const loginColumns = [
  ...['database, users, log lines, waiting', 'logins/s', 'x smallest', 'CPU s/10k'],
  ...['p50 ms', 'p99 ms', 'RSS MiB', 'database MiB'],
]

/** Powers of ten up to the largest: first more users, then more lines. */
function sizesOf({ quick, brief, users, logRows }: ScaleBenchOptions): Size[] {
  const largestUsers = users ?? (quick ? 1_000 : 100_000)
  const largestLog = logRows ?? (quick ? 10_000 : 1_000_000)
  const few = Math.min(usual.logRows, largestLog)
  const some = Math.min(usual.users, largestUsers)
  const all = [
    ...powersOfTen(1_000, largestUsers).map((count) => ({ users: count, logRows: few })),
    ...powersOfTen(few * 10, largestLog).map((logRows) => ({ users: some, logRows })),
  ]
  const isKept = (size: Size, index: number): boolean =>
    !brief || index === 0 || size.users === largestUsers || size.logRows === largestLog
  return all.filter(isKept)
}

function powersOfTen(from: number, to: number): number[] {
  const powers: number[] = []
  for (let power = from; power <= to; power *= 10) powers.push(power)
  return powers
}

function nameOf({ users, logRows }: Size): string {
  return `${users.toLocaleString('en')} users and ${logRows.toLocaleString('en')} lines`
}

function largest<Each extends Size>(sizes: readonly Each[]): Each {
  const [found] = sizes.toSorted(
    (one, other) => other.logRows - one.logRows || other.users - one.users,
  )
  if (found === undefined) throw new Error('there is no size')
  return found
}

async function measureDatabase(
  place: Workplace,
  database: Database,
  sizes: readonly Size[],
  options: ScaleBenchOptions,
): Promise<DatabaseFigures> {
  const { rounds, quick = false, brief = false, warmSecs, secs } = options
  const server =
    database === 'SQLite'
      ? undefined
      : await startPostgres(place, {
          ...explainableSettings,
          max_connections: '300',
        })
  const measurements = rounds + 6
  const points: Point[] = []
  for (const size of sizes) {
    say(`${database}: filling ${nameOf(size)}`)
    const filled = await fillDatabase({
      ...{ database, size, holders: holdersOfMeasurement * measurements },
      folder: await place.folder(`${database}-${size.users}-${size.logRows}`),
      databaseUrl: server === undefined ? undefined : await createDatabase(server, size),
    })
    const bytes = await databaseBytes(filled)
    points.push({ filled, service: await serve(place, filled), results: [], bytes })
  }
  for (let round = 0; round < rounds; round++) {
    for (const { filled, service, results } of points) {
      const own = holdersOf(filled, round)
      results.push(await measureLogins(place, service, filled, own, { warmSecs, secs }))
    }
  }
  const base = median(points[0]?.results.map(perSec) ?? [])
  const logins = points.map((point) =>
    loginRow(`${database}, ${sizeText(point.filled.size)}, 0`, point.results, base, point),
  )
  const verified = points.map(({ results }) => results.reduce((sum, each) => sum + each.allowed, 0))

  // the push needs a user with a phone, of which there are half as many as users
  const manyUsers = points.toSorted(
    (one, other) => other.filled.size.users - one.filled.size.users,
  )[0]
  let memoryOfPushes: DatabaseFigures['memoryOfPushes']
  if (manyUsers !== undefined) {
    const before = residentMiB(manyUsers.service.server.pid)
    for (const [index, count] of (quick ? [50] : [1_000, 10_000]).entries()) {
      const { filled, service } = manyUsers
      say(`${database}: ${count} pushes wait`)
      const names = filled.phoneOwners.slice(0, count)
      const { callers, waiting } = await startWaitingPushes(place, service, filled, names)
      const own = holdersOf(filled, rounds + index)
      const result = await measureLogins(place, service, filled, own, { warmSecs, secs })
      const addedMiB = residentMiB(service.server.pid) - before
      memoryOfPushes = { pushes: waiting, addedMiB: Math.max(0, addedMiB) }
      await callers.stop()
      const name = `${database}, ${sizeText(filled.size)}, ${waiting.toLocaleString('en')}`
      logins.push(loginRow(name, [result], base, manyUsers))
      verified.push(result.allowed)
    }
  }

  const lists = await measureLists(database, points, quick ? 1 : brief ? 3 : 7)
  await Promise.all(points.map(({ service }) => service.server.stop()))
  const most = largest(points.map((point) => ({ ...point.filled.size, point }))).point
  say(`${database}: deleting a month of ${nameOf(most.filled.size)}`)
  const pruned = await measurePruning(place, most.filled, mostHolders(most.filled, rounds), {
    ...{ warmSecs, secs: quick ? secs : Math.max(12, secs) },
  })
  verified.push(...pruned.allowed)
  say(`${database}: explaining statements`)
  const plans = await explainRequests(place, most.filled, lastHolder(most.filled))
  return {
    ...{ logins, lists, pruning: pruned.rows, plans, verified, memoryOfPushes },
    bytesPerLine: bytesPerLine(points),
    points: points.map(({ filled, results }) => ({
      ...{ database, users: filled.size.users, loginsPerSec: median(results.map(perSec)) },
      peakMiB: Math.max(...results.map(({ peakMiB }) => peakMiB)),
    })),
  }
}

async function serve(place: Workplace, filled: FilledDatabase): Promise<ServiceAtWork> {
  const { database, folder, databaseUrl } = filled
  return await startService(place, {
    ...{ name: `service on ${database}`, folder, core: core.server },
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  })
}

async function measureLists(
  database: Database,
  points: readonly Point[],
  samples: number,
): Promise<Cell[][]> {
  const times = new Map<string, number[]>()
  for (const { filled, service } of points) {
    say(`${database}: lists with ${nameOf(filled.size)}`)
    const lists = await openLists(service, filled)
    for (const request of lists.requests) {
      const { p95 } = await measureList(request, samples)
      times.set(request.name, [...(times.get(request.name) ?? []), p95])
    }
    lists.close()
  }
  return [...times].map(([name, each]) => [
    `${database}, ${name}`,
    ...each,
    Math.max(...each) / (each[0] ?? Number.NaN),
  ])
}

function loginRow(
  name: string,
  results: readonly LoginLoadResult[],
  base: number,
  { bytes }: Point,
): Cell[] {
  const rate = median(results.map(perSec))
  return [
    ...[name, rate, rate / base],
    median(results.map(({ cpuSecs, allowed }) => (cpuSecs / allowed) * 10_000)),
    median(results.map(({ latency }) => latency.p50)),
    median(results.map(({ latency }) => latency.p99)),
    Math.max(...results.map(({ peakMiB }) => peakMiB)),
    bytes / 2 ** 20,
  ]
}

function ratesOf(rows: readonly (readonly Cell[])[]) {
  return rows
    .filter((row) => row[2] !== 1)
    .map((row) => atLeast(`logins on ${row[0]}: against the smallest`, Number(row[2]), leastRate))
}

function slowestList(database: Database, rows: readonly (readonly Cell[])[]) {
  const slowest = rows
    .filter(([name]) => String(name).startsWith(`${database}, panel`))
    .map((row) => ({ name: row[0], ms: Math.max(...row.slice(1, -1).map(Number)) }))
    .sort((one, other) => other.ms - one.ms)[0]
  return atMost(
    `${slowest?.name}, the slowest list of the panel: p95`,
    slowest?.ms ?? Number.NaN,
    limitMs,
    ' ms',
  )
}

/** From the two databases that differ only in the length of their log. */
function bytesPerLine(points: readonly Point[]): number {
  const byLines = points.toSorted(
    (one, other) => one.filled.size.logRows - other.filled.size.logRows,
  )
  const most = byLines.at(-1)
  const least =
    byLines.find(({ filled }) => filled.size.users === most?.filled.size.users) ?? byLines[0]
  if (most === undefined || least === undefined || most === least) {
    return (most?.bytes ?? Number.NaN) / (most?.filled.size.logRows ?? Number.NaN)
  }
  return (most.bytes - least.bytes) / (most.filled.size.logRows - least.filled.size.logRows)
}

function holdersOf({ holders }: FilledDatabase, measurement: number): readonly TokenHolder[] {
  const start = measurement * holdersOfMeasurement
  return holders.slice(start, start + holdersOfMeasurement)
}

/** Those whom no login has used. */
function mostHolders({ holders }: FilledDatabase, rounds: number): readonly TokenHolder[] {
  return holders.slice((rounds + 2) * holdersOfMeasurement, -1)
}

function lastHolder({ holders }: FilledDatabase): TokenHolder {
  const last = holders.at(-1)
  if (last === undefined) throw new Error('nobody has a token')
  return last
}

async function createDatabase(server: string, { users, logRows }: Size): Promise<string> {
  const name = `scale_${users}_${logRows}`
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  await client.query(`create database ${name}`)
  await client.end()
  return server.replace(/\/postgres$/, `/${name}`)
}

function perSec({ allowed, secs }: LoginLoadResult): number {
  return allowed / secs
}

function sizeText({ users, logRows }: Size): string {
  return `${users.toLocaleString('en')}, ${logRows.toLocaleString('en')}`
}

function largestRemark(sizes: readonly Size[]): string {
  const users = Math.max(...sizes.map((size) => size.users))
  const lines = Math.max(...sizes.map((size) => size.logRows))
  const most = `up to ${users.toLocaleString('en')} users and ${lines.toLocaleString('en')} lines were measured`
  return users < 1_000_000 || lines < 10_000_000 ? `${most}; ${notRun}` : most
}

function say(text: string): void {
  process.stderr.write(`  ${text}\n`)
}
