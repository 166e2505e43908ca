import type { Cell, Figures } from '../figure.ts'
import type { Database } from './filled_database.ts'

/** What was measured at one size of a database. */
export interface MeasuredPoint {
  readonly database: Database
  readonly users: number
  readonly loginsPerSec: number
  readonly peakMiB: number
}

/** What capacities are derived from. */
export interface Measured {
  readonly points: readonly MeasuredPoint[]
  /** Of the database, for each line of the log. */
  readonly bytesPerLine: Readonly<Partial<Record<Database, number>>>
  /** Of the service while no push waits, and more while the most waited. */
  readonly memoryOfPushes: { readonly pushes: number; readonly addedMiB: number } | undefined
}

const loginsPerUserAndDay = 2
const [busiestShare, busiestSecs] = [0.2, 15 * 60]
/** Of the measured rate: the rest is for pushes, lists, retries and a slower machine. */
const usedShare = 0.3
const waitingSecs = 20
const daysPerYear = 365
const gibibyte = 2 ** 30
const companies = [1_000, 10_000, 50_000, 100_000, 500_000, 1_000_000]

/** Which machine a company needs, from the rate at the nearest size that was measured. */
export function capacityFigures(measured: Measured): Figures {
  const databases = (['SQLite', 'PostgreSQL'] as const).filter((database) =>
    measured.points.some((point) => point.database === database),
  )
  return {
    name: 'scale-capacity',
    method:
      `${loginsPerUserAndDay} logins of each user a day, ${busiestShare * 100} % of them in the busiest quarter of an hour; ` +
      `the service uses at most ${usedShare * 100} % of the rate of logins that was measured on one core; each push ` +
      `waits for ${waitingSecs} s`,
    columns: [
      ...['users', 'logins a day', 'peak logins/s'],
      ...databases.flatMap((database) => [
        `${database}: share of a core at the peak`,
        `${database}: disk for a year of logs`,
      ]),
      ...['memory of a service', 'machine'],
    ],
    rows: companies.map((users) => capacityRow(users, databases, measured)),
    better: {},
    targets: [],
    remarks: [
      'the share of a core is that of the service, without the database server of PostgreSQL',
      'above the largest measured number of users, its rate is used',
    ],
    verified: [companies.length],
  }
}

function capacityRow(users: number, databases: readonly Database[], measured: Measured): Cell[] {
  const logins = users * loginsPerUserAndDay
  const peakPerSec = (logins * busiestShare) / busiestSecs
  const shares = databases.map((database) => peakPerSec / rateAt(users, database, measured))
  const pushMiB =
    measured.memoryOfPushes === undefined
      ? 0
      : (measured.memoryOfPushes.addedMiB / measured.memoryOfPushes.pushes) *
        peakPerSec *
        waitingSecs
  const baseMiB = Math.max(...measured.points.map(({ peakMiB }) => peakMiB))
  return [
    users.toLocaleString('en'),
    logins.toLocaleString('en'),
    peakPerSec,
    ...databases.flatMap((database, index) => [
      percentText(shares[index] ?? Number.NaN),
      sizeText(logins * daysPerYear * (measured.bytesPerLine[database] ?? Number.NaN)),
    ]),
    `${Math.ceil(baseMiB + pushMiB)} MiB`,
    machine(shares[0] ?? 0, shares.at(-1) ?? 0),
  ]
}

/** At the smallest measured number of users that is not smaller, else at the largest. */
function rateAt(users: number, database: Database, { points }: Measured): number {
  const own = points
    .filter((point) => point.database === database)
    .sort((one, other) => one.users - other.users)
  return (own.find((point) => point.users >= users) ?? own.at(-1))?.loginsPerSec ?? Number.NaN
}

/** SQLite has one service; PostgreSQL may have several. */
function machine(onSqlite: number, onPostgres: number): string {
  if (onSqlite <= usedShare) return '1 core, 1 GB, SQLite; or two nodes with PostgreSQL'
  const nodes = Math.max(2, Math.ceil(onPostgres / usedShare) + 1)
  return `${nodes} nodes of 1 core and 1 GB, and PostgreSQL with ${Math.max(2, nodes)} cores and 4 GB`
}

function percentText(share: number): string {
  const percent = share * 100
  return `${percent >= 1 ? percent.toFixed(0) : percent.toFixed(1)} %`
}

function sizeText(bytes: number): string {
  const gib = bytes / gibibyte
  return gib >= 10 ? `${gib.toFixed(0)} GiB` : `${gib.toFixed(1)} GiB`
}
