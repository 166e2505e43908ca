import { generateKeyPairSync } from 'node:crypto'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Secret } from '../../src/host/secret.ts'
import { writeCertificate } from '../certificate.ts'
import { atMost, type Cell, type Figures, type Target } from '../figure.ts'
import { postgresProgram, startPostgres } from '../postgres.ts'
import { startService } from '../service/our_service.ts'
import { core, type Workplace } from '../workplace.ts'
import { type PhoneHolder, type PushStock, stockPushes } from './push_stock.ts'

export interface PendingLoadOptions {
  readonly port: number
  readonly caFile: string
  readonly ikey: string
  readonly skey: string
  readonly phoneKey: string
  /** Each calls once, and waits. */
  readonly holders: readonly PhoneHolder[]
  /** Whether calls share connections, by HTTP/2, as our proxy's do. */
  readonly multiplexed: boolean
  /** Phones of the first of them that have the app open. */
  readonly streams: number
  readonly idleSecs: number
  /** How many of the first of them answer, and how many a second; the others let the time pass. */
  readonly answers: number
  readonly answersPerSec: number
  /** Between the last answer and the last look at the memory. */
  readonly restSecs: number
  /** The process whose CPU time and memory are read. */
  readonly watch: number
}

/** Cost until all calls waited, and while they waited. */
export interface PendingPhase {
  readonly waiting: number
  readonly secs: number
  readonly cpuSecs: number
  /** CPU seconds per second while all wait. */
  readonly idleCpu: number
  readonly rssMiBBefore: number
  readonly rssMiB: number
}

/** In milliseconds; `null` without any. */
export interface Times {
  readonly p50: number | null
  readonly p99: number | null
}

/** What came of them. */
export interface SettledPhase {
  readonly allowed: number
  readonly timedOut: number
  readonly failed: number
  /** From a phone's answer to the reply to it. */
  readonly acknowledged: Times
  /** From a phone's answer to the end of the call that waited for it. */
  readonly woken: Times
  /** How long after its minute an unanswered call ended. */
  readonly late: Times
  readonly rssMiBAfter: number
  readonly peakMiB: number
  /** The last that went wrong. */
  readonly problem?: string
}

export interface PendingBenchOptions {
  /** A few calls, all answered, on SQLite only: shows that it works. */
  readonly quick?: boolean
  /** Calls that share connections, on SQLite only. */
  readonly brief?: boolean
}

interface Contender {
  readonly name: string
  readonly pending: PendingPhase
  readonly settled: SettledPhase
}

type Load = Omit<PendingLoadOptions, 'port' | 'caFile' | 'watch' | keyof PushStock> & {
  readonly holders: number
}
type Database = 'SQLite' | 'PostgreSQL'

const whole = {
  holders: 10_000,
  streams: 500,
  idleSecs: 8,
  answers: 1500,
  answersPerSec: 150,
  restSecs: 10,
}
const quick = {
  holders: 100,
  streams: 10,
  idleSecs: 0.5,
  answers: 100,
  answersPerSec: 200,
  restSecs: 0,
}
/** 400 MB. */
const targetMiB = 400e6 / 2 ** 20
/** Most calls end by themselves, a minute after they were begun. */
const patienceMs = 180_000

/** Pushes that wait for their users all at once, each with a caller that waits for it. */
export async function pendingBench(
  place: Workplace,
  options: PendingBenchOptions,
): Promise<Figures> {
  const shared = { ...(options.quick ? quick : whole), multiplexed: true }
  const own = { ...shared, multiplexed: false }
  const isPart = options.quick === true || options.brief === true
  const withPostgres = !isPart && existsSync(postgresProgram)
  const onShared = [
    await measureBare(place, shared),
    await measureOurs(place, shared, 'SQLite'),
    ...(withPostgres ? [await measureOurs(place, shared, 'PostgreSQL')] : []),
  ]
  const onOwn = isPart
    ? []
    : [await measureBare(place, own), await measureOurs(place, own, 'SQLite')]
  const contenders = [...onShared, ...onOwn]
  return {
    name: 'transactions',
    method:
      `${shared.holders} signed auth calls that wait for a push all at once, a hundred of them on a ` +
      `connection or each on its own, and ${shared.streams} open apps; ${shared.answers} are ` +
      `approved by phones, ${shared.answersPerSec} a second, the others end after a minute; one core`,
    columns: [
      ...['server', 'RSS MiB', 'waiting MiB', 'after MiB', 'KiB each', 'x bare KiB'],
      ...['CPU ms each', 'x bare CPU', 'idle CPU %', 'woken p50 ms', 'woken p99 ms', 'late p99 ms'],
    ],
    rows: [...rows(onShared), ...rows(onOwn)],
    better: {
      ...{ 'RSS MiB': 'less', 'waiting MiB': 'less', 'after MiB': 'less', 'KiB each': 'less' },
      ...{
        'x bare KiB': 'less',
        'CPU ms each': 'less',
        'x bare CPU': 'less',
        'idle CPU %': 'less',
      },
      ...{ 'woken p50 ms': 'less', 'woken p99 ms': 'less', 'late p99 ms': 'less' },
    },
    targets: contenders.map(memoryTarget),
    remarks: [
      ...contenders.flatMap(remarks),
      ...(withPostgres || isPart ? [] : ['PostgreSQL is not installed: left out']),
    ],
    verified: contenders.map(({ settled }) => settled.allowed + settled.timedOut),
  }
}

async function measureBare(place: Workplace, load: Load): Promise<Contender> {
  const protocol = load.multiplexed ? 'http2' : 'http1'
  const { certificate, key } = await writeCertificate(await place.folder(`bare-${protocol}`))
  const file = join(import.meta.dirname, 'bare_waiting.ts')
  const server = place.startNode('bare waiting', file, [certificate, key, protocol], {
    core: core.server,
    flags: ['--max-semi-space-size=8', '--heap-growing-percent=30'],
  })
  const { port } = (await server.answer()) as { port: number }
  const holders = Array.from({ length: load.holders }, (_, index) => {
    const username = `holder${index}`
    return { username, phoneId: username }
  })
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const phoneKey = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  const keys = { ikey: 'DI', skey: 'none', phoneKey }
  const service = { server, port, caFile: certificate }
  const name = load.multiplexed ? 'bare node:http2' : 'bare node:https'
  return await measure(place, name, service, { ...load, ...keys, holders })
}

async function measureOurs(place: Workplace, load: Load, database: Database): Promise<Contender> {
  const name = `countersign on ${database}`
  const folder = await place.folder(`${database}-${load.multiplexed ? 'shared' : 'own'}`)
  const databaseUrl = database === 'SQLite' ? undefined : await startPostgres(place)
  const stock = await stockPushes({
    folder,
    databaseUrl: databaseUrl === undefined ? undefined : new Secret(databaseUrl),
    holders: load.holders,
  })
  const service = await startService(place, {
    ...{ name, folder, core: core.server },
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  })
  return await measure(place, name, service, { ...load, ...stock })
}

async function measure(
  place: Workplace,
  name: string,
  { server, port, caFile }: Awaited<ReturnType<typeof startService>>,
  load: Omit<PendingLoadOptions, 'port' | 'caFile' | 'watch'>,
): Promise<Contender> {
  const options: PendingLoadOptions = { ...load, port, caFile, watch: server.pid }
  const settings = join(await place.folder('load'), `${name}.json`)
  await writeFile(settings, JSON.stringify(options), { mode: 0o600 })
  const file = join(import.meta.dirname, 'pending_load.ts')
  const generator = place.startNode('pending load', file, [settings], { core: core.load })
  const pending = (await generator.answer(patienceMs)) as PendingPhase
  const settled = (await generator.answer(patienceMs)) as SettledPhase
  await generator.exited
  await server.stop()
  const how = load.multiplexed ? '100 a connection' : 'own connections'
  return { name: `${name}, ${how}`, pending, settled }
}

function rows(contenders: readonly Contender[]): Cell[][] {
  const [bare] = contenders
  return bare === undefined ? [] : contenders.map((contender) => row(contender, bare))
}

function row({ name, pending, settled }: Contender, bare: Contender): Cell[] {
  return [
    name,
    pending.rssMiBBefore,
    pending.rssMiB,
    settled.rssMiBAfter,
    kibEach(pending),
    kibEach(pending) / kibEach(bare.pending),
    cpuMsEach(pending),
    cpuMsEach(pending) / cpuMsEach(bare.pending),
    pending.idleCpu * 100,
    settled.woken.p50 ?? undefined,
    settled.woken.p99 ?? undefined,
    settled.late.p99 ?? undefined,
  ]
}

function kibEach({ rssMiB, rssMiBBefore, waiting }: PendingPhase): number {
  return ((rssMiB - rssMiBBefore) * 1024) / waiting
}

function cpuMsEach({ cpuSecs, waiting }: PendingPhase): number {
  return (cpuSecs * 1000) / waiting
}

function memoryTarget({ name, pending }: Contender): Target {
  const what = `${name}: memory while ${pending.waiting} pushes wait`
  return atMost(what, pending.rssMiB, targetMiB, ' MiB')
}

function remarks({ name, pending, settled }: Contender): string[] {
  const { failed, problem = '', acknowledged, peakMiB } = settled
  return [
    `${name}: all waited after ${pending.secs.toFixed(0)} s; a phone's answer was acknowledged ` +
      `after ${acknowledged.p50?.toFixed(1)} ms (p99 ${acknowledged.p99?.toFixed(1)}); ` +
      `${peakMiB.toFixed(0)} MiB at most`,
    ...(failed === 0 ? [] : [`${name}: ${failed} calls failed (${problem})`]),
  ]
}
