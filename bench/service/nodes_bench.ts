import { copyFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Secret } from '../../src/host/secret.ts'
import { atLeast, type Figures, formatRounds } from '../figure.ts'
import { startPostgres } from '../postgres.ts'
import { median } from '../statistic.ts'
import type { Workplace } from '../workplace.ts'
import type { LoginBenchOptions, LoginLoadOptions, LoginLoadResult } from './login_bench.ts'
import { type ServiceAtWork, startService } from './our_service.ts'
import { type Stock, stockStore, type TokenHolder } from './stock.ts'

const connections = 32
const holdersPerRun = 320
const names = ['first', 'second'] as const
const [targetRate, targetRatio] = [2000, 1.7]

/** Signed passcode logins per second of one node, and of two nodes that share a PostgreSQL. */
export async function nodesBench(place: Workplace, options: LoginBenchOptions): Promise<Figures> {
  const databaseUrl = await startPostgres(place)
  const [folder, other] = await Promise.all(names.map((name) => place.folder(name)))
  if (folder === undefined || other === undefined) throw new Error('no folders for the nodes')
  const holders = holdersPerRun * options.rounds * 3
  const stock = await stockStore({ folder, databaseUrl: new Secret(databaseUrl), holders })
  await copyFile(join(folder, 'sealing.key'), join(other, 'sealing.key'))
  const nodes = [
    await startService(place, { name: 'first node', folder, databaseUrl }),
    await startService(place, { name: 'second node', folder: other, databaseUrl }),
  ]
  const unused = [...stock.holders]
  const runs: Record<'one' | 'two', LoginLoadResult[][]> = { one: [], two: [] }
  for (let round = 0; round < options.rounds; round++) {
    for (const [count, results] of [
      [1, runs.one],
      [2, runs.two],
    ] as const) {
      const loads = nodes
        .slice(0, count)
        .map((node) => load(place, node, stock, unused.splice(0, holdersPerRun), options))
      results.push(await Promise.all(loads))
    }
  }
  const one = median(runs.one.map(perSec))
  return {
    name: 'nodes',
    method:
      `signed passcode logins on one PostgreSQL, ${connections} kept TLS connections to each node, ` +
      `${availableParallelism()} cores for nodes, database and clients together; median and best of ` +
      `${options.rounds} interleaved rounds`,
    columns: ['nodes', 'logins/s', 'best', 'x one node', 'CPU s/10k', 'p99 ms'],
    rows: [row('1', runs.one, one), row('2', runs.two, one)],
    better: { 'logins/s': 'more', 'x one node': 'more', 'CPU s/10k': 'less', 'p99 ms': 'less' },
    targets: [
      atLeast('nodes: durable logins a second of one node', one, targetRate, ''),
      atLeast('nodes: two nodes against one', median(runs.two.map(perSec)) / one, targetRatio),
    ],
    remarks: [...runs.one, ...runs.two]
      .flat()
      .flatMap(({ denied, failed, problem }) =>
        denied + failed === 0 ? [] : [`${denied} denied, ${failed} failed (${problem})`],
      ),
    verified: [...runs.one, ...runs.two].map((results) =>
      results.reduce((sum, { allowed }) => sum + allowed, 0),
    ),
  }
}

async function load(
  place: Workplace,
  { server, port, caFile }: ServiceAtWork,
  { ikey, skey }: Stock,
  holders: readonly TokenHolder[],
  { warmSecs, secs }: LoginBenchOptions,
): Promise<LoginLoadResult> {
  const options: LoginLoadOptions = {
    ...{ port, caFile, ikey, skey, holders, connections, warmSecs, secs },
    watch: server.pid,
  }
  const settings = join(await place.folder('load'), `${server.pid}.json`)
  await writeFile(settings, JSON.stringify(options))
  const file = join(import.meta.dirname, 'login_load.ts')
  const generator = place.startNode('login load', file, [settings])
  const result = (await generator.answer()) as LoginLoadResult
  await generator.exited
  return result
}

function perSec(results: readonly LoginLoadResult[]): number {
  return results.reduce((sum, { allowed, secs }) => sum + allowed / secs, 0)
}

function row(
  name: string,
  runs: readonly (readonly LoginLoadResult[])[],
  one: number,
): (number | string)[] {
  const rates = formatRounds(runs.map(perSec))
  const all = runs.flat()
  return [
    name,
    rates.median,
    rates.best,
    rates.median / one,
    median(all.map(({ cpuSecs, allowed }) => (cpuSecs / allowed) * 10_000)),
    Math.max(...all.map(({ latency }) => latency.p99)),
  ]
}
