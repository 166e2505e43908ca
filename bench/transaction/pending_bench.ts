import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Secret } from '../../src/host/secret.ts'
import { writeCertificate } from '../certificate.ts'
import type { Figures } from '../figure.ts'
import { postgresProgram, startPostgres } from '../postgres.ts'
import { startService } from '../service/our_service.ts'
import type { Latency } from '../statistic.ts'
import { core, type Workplace } from '../workplace.ts'
import { type PhoneHolder, type PushStock, stockPushes } from './push_stock.ts'

export interface PendingLoadOptions {
  readonly port: number
  readonly caFile: string
  readonly ikey: string
  readonly skey: string
  readonly phoneKey: string
  /** Each of them calls once, and waits. */
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

/** What it took until all were waiting, and while they did. */
export interface PendingPhase {
  readonly waiting: number
  readonly secs: number
  readonly cpuSecs: number
  /** CPU seconds per second while all wait. */
  readonly idleCpu: number
  readonly rssMiBBefore: number
  readonly rssMiB: number
}

/** What came of them. Times are in milliseconds. */
export interface SettledPhase {
  readonly allowed: number
  readonly timedOut: number
  readonly failed: number
  /** From a phone's answer to the reply to it. */
  readonly acknowledged: Latency
  /** From a phone's answer to the end of the call that waited for it. */
  readonly woken: Latency
  /** How much later than after a minute a call ended that nobody answered. */
  readonly late: Latency
  readonly rssMiBAfter: number
  readonly peakMiB: number
  /** The last that went wrong. */
  readonly problem?: string
}

export interface PendingBenchOptions {
  /** Few, all of them answered, and on SQLite alone: shows that it works. */
  readonly quick?: boolean
}

interface Contender {
  readonly name: string
  readonly pending: PendingPhase
  readonly settled: SettledPhase
}

type Load = Omit<PendingLoadOptions, 'port' | 'caFile' | 'watch' | keyof PushStock>

const whole: Load & { readonly holders: number } = {
  holders: 10_000,
  multiplexed: false,
  streams: 500,
  idleSecs: 8,
  answers: 1500,
  answersPerSec: 150,
  restSecs: 10,
}
const quick = {
  holders: 100,
  multiplexed: false,
  streams: 10,
  idleSecs: 0.5,
  answers: 100,
  answersPerSec: 200,
  restSecs: 0,
}
const targetMiB = 400
/** Most calls end by themselves, a minute after they were begun. */
const patienceMs = 180_000

/** Pushes that wait for their users all at once, each with a caller that waits for it. */
export async function pendingBench(
  place: Workplace,
  options: PendingBenchOptions,
): Promise<Figures> {
  const load = options.quick ? quick : whole
  const contenders = [await measureBare(place, load), await measureOurs(place, load, 'SQLite')]
  const withPostgres = !options.quick && existsSync(postgresProgram)
  if (withPostgres) contenders.push(await measureOurs(place, load, 'PostgreSQL'))
  const [bare] = contenders
  return {
    name: 'transactions',
    method:
      `${load.holders} signed synchronous auth calls on as many TLS connections, each waiting for ` +
      `a push, and ${load.streams} open apps; ${load.answers} are approved by phones, ` +
      `${load.answersPerSec} a second, the others end after a minute; one core`,
    columns: [
      ...['server', 'RSS MiB', 'waiting', 'after', 'KiB each', 'x bare'],
      ...['CPU ms each', 'x bare', 'idle CPU %', 'woken p50 ms', 'p99 ms', 'late p99 ms'],
    ],
    rows: contenders.map((contender) => row(contender, bare ?? contender)),
    remarks: [
      ...contenders.slice(1).map(({ name, pending }) => {
        const verdict = pending.rssMiB < targetMiB ? 'met' : 'missed'
        return `${name}: ${pending.rssMiB.toFixed(0)} MiB while all wait, target ${targetMiB} MiB: ${verdict}`
      }),
      ...contenders.flatMap(remarks),
      ...(withPostgres || options.quick ? [] : ['PostgreSQL is not installed: left out']),
    ],
    verified: contenders.map(({ settled }) => settled.allowed + settled.timedOut),
  }
}

async function measureBare(place: Workplace, load: typeof whole): Promise<Contender> {
  const { certificate, key } = await writeCertificate(await place.folder('bare waiting'))
  const file = join(import.meta.dirname, 'bare_waiting.ts')
  const server = place.startNode('bare waiting', file, [certificate, key], {
    core: core.server,
    flags: ['--max-semi-space-size=8'],
  })
  const { port } = (await server.answer()) as { port: number }
  const folder = await place.folder('stock of bare waiting')
  const stock = await stockPushes({ folder, holders: load.holders })
  const holders = stock.holders.map(({ username }) => ({ username, phoneId: username }))
  const service = { server, port, caFile: certificate }
  return await measure(place, 'bare node:https', service, { ...load, ...stock, holders })
}

async function measureOurs(
  place: Workplace,
  load: typeof whole,
  database: 'SQLite' | 'PostgreSQL',
): Promise<Contender> {
  const folder = await place.folder(`on-${database}`)
  const databaseUrl = database === 'SQLite' ? undefined : await startPostgres(place)
  const stock = await stockPushes({
    folder,
    databaseUrl: databaseUrl === undefined ? undefined : new Secret(databaseUrl),
    holders: load.holders,
  })
  const name = `countersign on ${database}`
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
  load: Load & PushStock,
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
  return { name, pending, settled }
}

function row({ name, pending, settled }: Contender, bare: Contender): (string | number)[] {
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
    settled.woken.p50,
    settled.woken.p99,
    settled.late.p99,
  ]
}

function kibEach({ rssMiB, rssMiBBefore, waiting }: PendingPhase): number {
  return ((rssMiB - rssMiBBefore) * 1024) / waiting
}

function cpuMsEach({ cpuSecs, waiting }: PendingPhase): number {
  return (cpuSecs * 1000) / waiting
}

function remarks({ name, pending, settled }: Contender): string[] {
  const { failed, problem = '', acknowledged, peakMiB } = settled
  return [
    `${name}: all waited after ${pending.secs.toFixed(0)} s; a phone's answer was acknowledged ` +
      `after ${acknowledged.p50.toFixed(1)} ms (p99 ${acknowledged.p99.toFixed(1)}); ` +
      `${peakMiB.toFixed(0)} MiB at most`,
    ...(failed === 0 ? [] : [`${name}: ${failed} calls failed (${problem})`]),
  ]
}
