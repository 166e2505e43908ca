import { join } from 'node:path'
import { atLeast, atMost, type Figures, formatRounds, type Target } from '../figure.ts'
import { type LoadResult, radiusLoad } from '../load/load.ts'
import { accepting, freeUdpPort } from '../load/ready.ts'
import { median } from '../statistic.ts'
import { core, type Running, type Workplace } from '../workplace.ts'
import { type CannedApi, startCannedApi } from './canned_api_server.ts'
import {
  eightThreads,
  freeradiusIsInstalled,
  startFreeradius,
  type ThreadPool,
} from './freeradius.ts'
import { startOurProxy } from './our_proxy.ts'

const secret = 'testing123testing123testing123'
const debianThreads = { start: 5, max: 32, minSpare: 3, maxSpare: 10 }
const residentTargetMiB = 150
const addedTargetMs = 5
/**
 * V8 compiles the hot code of a program during its first 20,000 to 30,000 logins, each of which then costs up
 * to twice as much. A proxy runs for weeks, so it is measured after that.
 */
const compilingSecs = 8
/** Of the rate of the bare loop. */
const bareTarget = 0.85

export interface ProxyBenchOptions {
  readonly rounds: number
  readonly warmSecs: number
  readonly secs: number
  /** One FreeRADIUS and ours, and no latencies: for a look whether all of it works. */
  readonly quick?: boolean
  /** Keeps CPU profiles of the proxy in this folder, and measures nothing but it. */
  readonly profileFolder?: string
}

/** How a server asks the API: in one call, in two, or in a message. */
type Calls = 1 | 2 | 'message'

/** A server under measurement, and the port of the API that it asks. */
interface Contender {
  readonly name: string
  readonly port: number
  readonly apiPort: number
  readonly calls: Calls
  readonly server: Running
  readonly results: LoadResult[]
  readonly callsMade: number[]
}

/** Accepts per second of the proxy on one core, beside FreeRADIUS doing one HTTPS call. */
export async function proxyBench(place: Workplace, options: ProxyBenchOptions): Promise<Figures> {
  const api = await startCannedApi(place)
  const contenders = await startContenders(place, api, options)
  for (const { port } of options.quick ? [] : contenders) {
    const load = { port, secret, flows: 16, outstanding: 64 }
    await radiusLoad(place, { ...load, warmSecs: 0, secs: compilingSecs, watch: [] })
  }
  for (let round = 0; round < options.rounds; round++) {
    for (const contender of contenders) await measure(place, contender, api, options)
  }
  const base = Math.max(...contenders.filter(isFreeradius).map(acceptsPerSec))
  const ours = contenders.filter(isOurs)
  const added: Added[] = []
  const isPlain = !options.quick && options.profileFolder === undefined
  for (const contender of isPlain ? ours : [])
    added.push(await addedLatency(place, contender, api, options))
  return {
    name: 'proxy',
    method:
      'logins accepted and verified on one core, 64 in flight; median and best of ' +
      `${options.rounds} interleaved rounds; load and API share the other core`,
    columns: [
      'server',
      'accepts/s',
      'best',
      'x FreeRADIUS',
      'CPU s/10k',
      'calls/login',
      'p50 ms',
      'p99 ms',
      'RSS MiB',
      'load core busy',
    ],
    rows: contenders.map((contender) => row(contender, base)),
    better: {
      ...{ 'accepts/s': 'more', 'x FreeRADIUS': 'more', 'CPU s/10k': 'less' },
      ...{ 'p50 ms': 'less', 'p99 ms': 'less', 'RSS MiB': 'less' },
    },
    targets: [
      ...rateTargets(ours, contenders, base),
      ...added.map(({ target }) => target),
      ...ours.map((contender) =>
        atMost(`${contender.name}: memory`, peakMiB(contender), residentTargetMiB, ' MiB'),
      ),
    ],
    remarks: [...added.map(({ remark }) => remark), ...remarksOnLosses(contenders)],
    verified: contenders.map(({ results }) =>
      results.reduce((sum, { accepts }) => sum + accepts, 0),
    ),
  }
}

/** Against the bare loop with as many calls, and with one call or message against FreeRADIUS. */
function rateTargets(
  ours: readonly Contender[],
  contenders: readonly Contender[],
  freeradius: number,
): Target[] {
  return ours.flatMap((contender) => {
    const { name, calls } = contender
    const rate = acceptsPerSec(contender)
    const plain = ours.find((other) => other.calls === 1)
    const bare = contenders.find((other) => isBare(other) && other.calls === calls)
    return [
      ...(bare === undefined
        ? []
        : [atLeast(`${name}, against ${bare.name}`, rate / acceptsPerSec(bare), bareTarget)]),
      ...(calls !== 2 && freeradius > 0
        ? [atLeast(`${name}, against ${peerName}`, rate / freeradius, calls === 1 ? 1 : 2)]
        : []),
      ...(calls === 'message' && plain !== undefined
        ? [atLeast(`${name}, against ${plain.name}`, rate / acceptsPerSec(plain), 1.5)]
        : []),
    ]
  })
}

async function startContenders(
  place: Workplace,
  api: CannedApi,
  { profileFolder, quick = false }: ProxyBenchOptions,
): Promise<Contender[]> {
  const { ports, certificate } = api
  const contenders: Contender[] = []
  const add = async (
    name: string,
    calls: Calls,
    start: (port: number, apiPort: number) => Promise<{ server: Running; port: number }>,
  ): Promise<void> => {
    const apiPort = calls === 'message' ? ports[2] : ports[calls === 2 ? 0 : 1]
    const { server, port } = await start(await freeUdpPort(), apiPort)
    await accepting(place, server, { port, secret })
    contenders.push({ name, port, apiPort, calls, server, results: [], callsMade: [] })
  }
  const freeradius = (name: string, threads: ThreadPool): Promise<void> =>
    add(name, 1, async (port, apiPort) => {
      const named = { name: name.replaceAll(/[^a-z0-9]+/gi, '-'), port, secret, apiPort }
      return { port, server: await startFreeradius(place, { ...named, certificate, threads }) }
    })
  const ours = (calls: Calls): Promise<void> =>
    add(`${ourName}, ${callsText(calls)}`, calls, async (port, apiPort) => {
      const named = { name: `proxy-${calls}`, port, secret, apiPort, certificate }
      const profiled = profileFolder === undefined ? named : { ...named, profileFolder }
      return { port, server: await startOurProxy(place, profiled) }
    })
  const bare = (calls: 1 | 2): Promise<void> =>
    add(`${bareName}, ${callsText(calls)}`, calls, async (_port, apiPort) => {
      const server = place.startNode(
        `bare-${calls}`,
        join(import.meta.dirname, 'bare_loop.ts'),
        [JSON.stringify({ secret, apiPort, caFile: certificate.certificate, calls })],
        { core: core.server },
      )
      const { port } = (await server.answer()) as { port: number }
      return { server, port }
    })
  if (profileFolder === undefined && freeradiusIsInstalled()) {
    if (!quick) await freeradius(`${peerName}, 5 to 32 threads, one call`, debianThreads)
    await freeradius(`${peerName}, 8 threads, one call`, eightThreads)
  }
  await ours(2)
  await ours(1)
  await ours('message')
  if (profileFolder === undefined && !quick) {
    await bare(2)
    await bare(1)
  }
  return contenders
}

const ourName = 'authproxy'
const peerName = 'FreeRADIUS'
const bareName = 'bare Node and undici'
const isOurs = ({ name }: Contender): boolean => name.startsWith(ourName)
const isBare = ({ name }: Contender): boolean => name.startsWith(bareName)
const isFreeradius = ({ name }: Contender): boolean => name.startsWith(peerName)
const callsText = (calls: Calls): string =>
  calls === 'message' ? 'messages' : calls === 1 ? 'one call' : 'two calls'

async function measure(
  place: Workplace,
  contender: Contender,
  { running, count }: CannedApi,
  { warmSecs, secs }: ProxyBenchOptions,
): Promise<void> {
  const { server, port } = contender
  const before = await count()
  const load = { port, secret, flows: 16, outstanding: 64, warmSecs, secs }
  const result = await radiusLoad(place, { ...load, watch: [server.pid, running.pid] })
  contender.results.push(result)
  contender.callsMade.push(((await count()) - before) / result.everReplied)
}

function acceptsPerSec({ results }: Contender): number {
  return median(results.map(({ accepts, secs }) => accepts / secs))
}

function row(contender: Contender, base: number): (number | string)[] {
  const { name, results, callsMade } = contender
  const rates = formatRounds(results.map(({ accepts, secs }) => accepts / secs))
  const cpu = results.map(({ cpuSecs, accepts }) => ((cpuSecs[0] ?? 0) / accepts) * 10_000)
  const busy = results.map(
    ({ ownCpuSecs, cpuSecs, secs }) => (ownCpuSecs + (cpuSecs[1] ?? 0)) / secs,
  )
  return [
    name,
    rates.median,
    rates.best,
    rates.median / base,
    median(cpu),
    median(callsMade),
    median(results.map(({ latency }) => latency.p50)),
    median(results.map(({ latency }) => latency.p99)),
    peakMiB(contender),
    `${(median(busy) * 100).toFixed(0)}%`,
  ]
}

function peakMiB({ results }: Contender): number {
  return Math.max(...results.map(({ peakMiB: [server = 0] }) => server))
}

interface Added {
  readonly target: Target
  readonly remark: string
}

/** At half of what it can do, open loop: through the proxy, less what the API takes by itself. */
async function addedLatency(
  place: Workplace,
  contender: Contender,
  { certificate, running }: CannedApi,
  { warmSecs, secs }: ProxyBenchOptions,
): Promise<Added> {
  const { server, port, apiPort, calls } = contender
  const rate = Math.max(100, Math.round(acceptsPerSec(contender) / 2))
  const result = await radiusLoad(place, {
    ...{ port, secret, flows: 64, outstanding: 0, rate, warmSecs, secs },
    watch: [server.pid, running.pid],
    probe: { port: apiPort, caFile: certificate.certificate, calls: calls === 2 ? 2 : 1 },
  })
  const { latency, probe, accepts, lost } = result
  const added = latency.p99 - (probe?.p50 ?? 0)
  const what = `${contender.name}, at half load: p99 above the median of the API alone`
  return {
    target: atMost(what, added, addedTargetMs, ' ms'),
    remark:
      `${contender.name} at half load (${rate}/s, ${accepts} accepted, ${lost} lost): ` +
      `p50 ${latency.p50.toFixed(2)} ms, p99 ${latency.p99.toFixed(2)} ms; the API alone ` +
      `p50 ${probe?.p50.toFixed(2)} ms, p99 ${probe?.p99.toFixed(2)} ms`,
  }
}

function remarksOnLosses(contenders: readonly Contender[]): string[] {
  return contenders.flatMap(({ name, results }) => {
    const sum = (pick: (result: LoadResult) => number): number =>
      results.reduce((total, result) => total + pick(result), 0)
    const [lost, forged, rejects] = [
      sum((result) => result.lost),
      sum((result) => result.forged),
      sum((result) => result.rejects),
    ]
    if (lost + forged + rejects === 0) return []
    return [`${name}: ${lost} lost, ${rejects} rejected, ${forged} failed verification`]
  })
}
