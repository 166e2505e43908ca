import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { atLeast, type Figures, formatRounds } from '../figure.ts'
import { type LoadResult, radiusLoad } from '../load/load.ts'
import { accepting, freeUdpPort } from '../load/ready.ts'
import { median } from '../statistic.ts'
import type { Running, Workplace } from '../workplace.ts'
import { startCannedApi } from './canned_api_server.ts'
import { eightThreads, freeradiusIsInstalled, startFreeradius } from './freeradius.ts'
import { startOurProxy } from './our_proxy.ts'

const secret = 'testing123testing123testing123'
const workers = 2

interface Contender {
  readonly name: string
  readonly port: number
  readonly server: Running
  readonly results: LoadResult[]
}

/** Accepts per second of a proxy with two workers, beside FreeRADIUS, both free to use all cores. */
export async function workersBench(
  place: Workplace,
  {
    rounds,
    warmSecs,
    secs,
  }: { readonly rounds: number; readonly warmSecs: number; readonly secs: number },
): Promise<Figures> {
  const { ports, certificate } = await startCannedApi(place)
  const contenders: Contender[] = []
  const add = async (name: string, port: number, server: Running): Promise<void> => {
    await accepting(place, server, { port, secret })
    contenders.push({ name, port, server, results: [] })
  }
  const common = { secret, apiPort: ports[1], certificate }
  if (freeradiusIsInstalled()) {
    const port = await freeUdpPort()
    const named = { name: 'FreeRADIUS', port, threads: eightThreads, isPinned: false }
    await add('FreeRADIUS, 8 threads', port, await startFreeradius(place, { ...common, ...named }))
  }
  for (const count of [workers, 1]) {
    const port = await freeUdpPort()
    const named = { name: `proxy-${count}`, port, workers: count }
    const server = await startOurProxy(place, { ...common, ...named })
    await add(`authproxy, ${count} worker${count === 1 ? '' : 's'}`, port, server)
  }
  for (let round = 0; round < rounds; round++) {
    for (const { port, server, results } of contenders) {
      const watch = [server.pid, ...childrenOf(server.pid)]
      const load = { port, secret, flows: 64, outstanding: 128, warmSecs, secs, watch }
      results.push(await radiusLoad(place, load))
    }
  }
  const [first] = contenders
  const rate = ({ results }: Contender): number =>
    median(results.map(({ accepts, secs: took }) => accepts / took))
  const base = first === undefined ? 1 : rate(first)
  const ours = contenders.find(({ name }) => name === `authproxy, ${workers} workers`)
  return {
    name: 'workers',
    method:
      `logins accepted with one call each, 128 in flight from 64 ports; median and best of ${rounds} interleaved ` +
      `rounds; the servers may use all ${availableParallelism()} cores, of which load and API need one`,
    columns: ['server', 'accepts/s', 'best', 'x FreeRADIUS', 'CPU s/10k', 'p99 ms', 'RSS MiB each'],
    rows: contenders.map((contender) => {
      const { name, results } = contender
      const rates = formatRounds(results.map(({ accepts, secs: took }) => accepts / took))
      const cpu = results.map(({ cpuSecs, accepts }) => (sum(cpuSecs) / accepts) * 10_000)
      const peak = Math.max(...results.flatMap(({ peakMiB }) => peakMiB))
      const p99 = median(results.map(({ latency }) => latency.p99))
      return [name, rates.median, rates.best, rates.median / base, median(cpu), p99, peak]
    }),
    better: { 'x FreeRADIUS': 'more', 'CPU s/10k': 'less' },
    remarks: [],
    targets:
      ours === undefined ? [] : [atLeast('two workers against FreeRADIUS', rate(ours) / base, 1)],
    verified: contenders.map(({ results }) => sum(results.map(({ accepts }) => accepts))),
  }
}

function childrenOf(pid: number): number[] {
  const listed = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return listed === '' ? [] : listed.split(' ').map(Number)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
