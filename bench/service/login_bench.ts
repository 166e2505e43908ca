import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CertificateFiles, writeCertificate } from '../certificate.ts'
import { atLeast, type Figures, formatRounds } from '../figure.ts'
import { type Latency, median } from '../statistic.ts'
import { core, type Running, type Workplace } from '../workplace.ts'
import { startService } from './our_service.ts'
import { type Stock, stockStore, type TokenHolder } from './stock.ts'

export interface LoginLoadOptions {
  readonly port: number
  readonly caFile: string
  readonly ikey: string
  readonly skey: string
  /** None of their codes was used yet. */
  readonly holders: readonly TokenHolder[]
  readonly connections: number
  readonly warmSecs: number
  readonly secs: number
  /** The process whose CPU time and memory are read. */
  readonly watch: number
}

export interface LoginLoadResult {
  readonly allowed: number
  readonly denied: number
  readonly failed: number
  readonly secs: number
  readonly latency: Latency
  readonly cpuSecs: number
  readonly peakMiB: number
  /** The last that went wrong. */
  readonly problem?: string
}

export interface LoginBenchOptions {
  readonly rounds: number
  readonly warmSecs: number
  readonly secs: number
}

interface Contender {
  readonly name: string
  readonly port: number
  readonly caFile: string
  readonly server: Running
  readonly results: LoginLoadResult[]
}

const connections = 32
const holdersPerRound = 320
const targetOfBareRate = 0.35

/** Signed passcode logins per second, each written to disk before the reply. */
export async function loginBench(place: Workplace, options: LoginBenchOptions): Promise<Figures> {
  const folder = await place.folder('service')
  const stock = await stockStore({ folder, holders: holdersPerRound * options.rounds })
  const service = await startService(place, { name: 'service', folder, core: core.server })
  const certificate = await writeCertificate(await place.folder('bare'))
  const bare = await startBare(place, certificate, stock)
  const contenders: Contender[] = [
    { name: 'countersign, durable', ...service, results: [] },
    { name: 'bare node:https, nothing kept', ...bare, results: [] },
  ]
  const fsyncs: number[] = []
  for (let round = 0; round < options.rounds; round++) {
    fsyncs.push(await fsyncsPerSec(place, folder))
    for (const contender of contenders) await measure(place, contender, stock, round, options)
  }
  const fsync = median(fsyncs)
  const [, base] = contenders
  const baseRate = base === undefined ? Number.NaN : median(base.results.map(perSec))
  return {
    name: 'service',
    method:
      `signed passcode logins on one core, ${connections} kept TLS connections, each code right ` +
      `and used once; median and best of ${options.rounds} interleaved rounds`,
    columns: [
      ...['server', 'logins/s', 'best', 'x fsync', 'x bare https'],
      ...['CPU s/10k', 'p50 ms', 'p99 ms', 'RSS MiB'],
    ],
    rows: [
      ['pwrite + fdatasync of a page', fsync, Math.max(...fsyncs), 1],
      ...contenders.map((contender) => row(contender, fsync, baseRate)),
    ].map((cells) => [...cells, ...new Array(9 - cells.length).fill(undefined)]),
    better: {
      ...{ 'logins/s': 'more', 'x fsync': 'more', 'x bare https': 'more' },
      ...{ 'CPU s/10k': 'less', 'p50 ms': 'less', 'p99 ms': 'less', 'RSS MiB': 'less' },
    },
    targets: [
      atLeast(
        'service: durable logins against bare node:https',
        median(contenders[0]?.results.map(perSec) ?? []) / baseRate,
        targetOfBareRate,
      ),
    ],
    remarks: contenders.flatMap(remarks),
    verified: contenders.map(({ results }) =>
      results.reduce((sum, { allowed }) => sum + allowed, 0),
    ),
  }
}

async function startBare(
  place: Workplace,
  { certificate, key }: CertificateFiles,
  { skey }: Stock,
): Promise<{ server: Running; port: number; caFile: string }> {
  const file = join(import.meta.dirname, 'bare_service.ts')
  const args = [certificate, key, skey]
  const server = place.startNode('bare service', file, args, { core: core.server })
  const { port } = (await server.answer()) as { port: number }
  return { server, port, caFile: certificate }
}

async function fsyncsPerSec(place: Workplace, folder: string): Promise<number> {
  const file = join(import.meta.dirname, 'fsync_loop.ts')
  const loop = place.startNode('fsync loop', file, [folder, '1'], { core: core.server })
  const { perSec } = (await loop.answer()) as { perSec: number }
  await loop.exited
  return perSec
}

async function measure(
  place: Workplace,
  { server, port, caFile, results }: Contender,
  { ikey, skey, holders }: Stock,
  round: number,
  { warmSecs, secs }: LoginBenchOptions,
): Promise<void> {
  const own = holders.slice(round * holdersPerRound, (round + 1) * holdersPerRound)
  const load: LoginLoadOptions = {
    ...{ port, caFile, ikey, skey, holders: own, connections, warmSecs, secs },
    watch: server.pid,
  }
  const settings = join(await place.folder('load'), 'options.json')
  await writeFile(settings, JSON.stringify(load))
  const file = join(import.meta.dirname, 'login_load.ts')
  const generator = place.startNode('login load', file, [settings], { core: core.load })
  results.push((await generator.answer()) as LoginLoadResult)
  await generator.exited
}

function perSec({ allowed, secs }: LoginLoadResult): number {
  return allowed / secs
}

function row({ name, results }: Contender, fsync: number, baseRate: number): (number | string)[] {
  const rates = formatRounds(results.map(perSec))
  return [
    name,
    rates.median,
    rates.best,
    rates.median / fsync,
    rates.median / baseRate,
    median(results.map(({ cpuSecs, allowed }) => (cpuSecs / allowed) * 10_000)),
    median(results.map(({ latency }) => latency.p50)),
    median(results.map(({ latency }) => latency.p99)),
    Math.max(...results.map(({ peakMiB }) => peakMiB)),
  ]
}

function remarks({ name, results }: Contender): string[] {
  const denied = results.reduce((sum, result) => sum + result.denied, 0)
  const failed = results.reduce((sum, result) => sum + result.failed, 0)
  if (denied + failed === 0) return []
  const problem = results.find((result) => result.problem !== undefined)?.problem ?? ''
  return [`${name}: ${denied} denied, ${failed} failed (${problem})`]
}
