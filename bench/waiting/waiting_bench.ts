import { readFileSync } from 'node:fs'
import { setTimeout as elapsed } from 'node:timers/promises'
import { MessageApi } from '../../test/rig/message_api.ts'
import { PendingAuthApi } from '../../test/rig/pending_auth_api.ts'
import { atMost, type Cell, type Figures } from '../figure.ts'
import { freeUdpPort } from '../load/ready.ts'
import { freeradiusIsInstalled, startFreeradius } from '../proxy/freeradius.ts'
import { startOurProxy } from '../proxy/our_proxy.ts'
import { startService } from '../service/our_service.ts'
import { formatLatency, type Latency } from '../statistic.ts'
import { LoadedPhones } from '../transaction/loaded_phones.ts'
import { stockPushes } from '../transaction/push_stock.ts'
import { cpuSeconds, peakResidentMiB, residentMiB } from '../usage.ts'
import { core, type Running, until, type Workplace } from '../workplace.ts'
import { type OpenedPush, OpenedPushes } from './opened_pushes.ts'
import { RadiusLogins } from './radius_logins.ts'

export interface WaitingBenchOptions {
  /** A few hundred logins; shows that it works. */
  readonly quick?: boolean
  /** Our service, held polls and FreeRADIUS only. */
  readonly brief?: boolean
  readonly pending?: number
  readonly ratePerSec?: number
  /** Some of `waitingServers`; by default all. */
  readonly servers?: readonly string[]
}

/** Where pushes arrive and are answered. */
interface Phones {
  /** Pushes that have arrived, in this order. */
  readonly pushed: readonly string[]
  answer(username: string, decision: 'allow' | 'deny'): Promise<void>
}

interface Load {
  readonly users: readonly string[]
  readonly ratePerSec: number
  /** Random: all wait, then each is answered within this time. After: each after its push. */
  readonly answers: { readonly kind: 'random' | 'after'; readonly secs: number }
}

interface Run {
  readonly name: string
  readonly pending: number
  readonly before: number
  readonly waiting: number
  readonly peak: number
  readonly idleCpu: number
  readonly serverIdleCpu: number | undefined
  readonly serverMiB: number | undefined
  /** CPU while the results arrive, per result. */
  readonly cpuMsEach: number
  readonly right: number
  readonly wrong: number
  /** Rejected before anybody answered. */
  readonly busy: number
  /** Whose answers the server no longer took, and who were rejected. */
  readonly late: number
  readonly unanswered: number
  readonly latency: Latency | undefined
  readonly note: string
}

const secret = 'testing123testing123testing123'
const targetMiB = 300e6 / 2 ** 20
const idleSecs = 4
const pushLifeMs = 56_000
const minAnswersMs = 8_000
/** How long after the last answer replies may arrive. */
const maxLateMs = 100_000
const freeradiusThreads = 256
const briefServers = ['service', 'http1-held', 'freeradius']
const peerName = 'FreeRADIUS'

/** Pushes that wait all at once behind one proxy, with several kinds of API. */
export async function waitingBench(
  place: Workplace,
  options: WaitingBenchOptions,
): Promise<Figures> {
  const { quick = false, brief = false, servers = brief ? briefServers : undefined } = options
  const { pending = quick ? 300 : 10_000, ratePerSec = quick ? 100 : 400 } = options
  const users = Array.from({ length: pending }, (_, index) => `holder${index}`)
  const load: Load = { users, ratePerSec, answers: { kind: 'random', secs: quick ? 3 : 30 } }
  const slow: Load = {
    users: quick ? users : Array.from({ length: pending * 1.25 }, (_, index) => `holder${index}`),
    ratePerSec,
    answers: { kind: 'after', secs: quick ? 2 : 20 },
  }
  const runs: Run[] = []
  const measurements: Readonly<Record<string, () => Promise<Run>>> = {
    'http1-at-once': () => measureHttp1(place, 'HTTP/1.1, polls answered at once', 0, load),
    'http1-held': () => measureHttp1(place, 'HTTP/1.1, polls held for 30 s', 30_000, load),
    'http1-slow': () => measureHttp1(place, 'HTTP/1.1, held, each push takes 20 s', 30_000, slow),
    messages: () => measureMessages(place, load),
    service: () => measureService(place, load),
    freeradius: () => measureFreeradius(place, load),
  }
  for (const [name, measured] of Object.entries(measurements)) {
    if (servers !== undefined && !servers.includes(name)) continue
    if (name === 'freeradius' && !freeradiusIsInstalled()) continue
    const run = await measured()
    runs.push(run)
    process.stderr.write(`  ${JSON.stringify(run)}\n`)
  }
  return {
    name: 'waiting',
    method:
      `${pending} pushes wait at once behind one proxy on one core, then are approved or denied in random ` +
      `order within ${load.answers.secs} s; each reply is compared with the answer of its user`,
    columns: [
      ...[
        'server',
        'pending',
        'RSS MiB',
        'waiting MiB',
        'peak MiB',
        'idle CPU %',
        'API idle CPU %',
      ],
      ...['API MiB', 'CPU ms/result', 'right', 'wrong', 'busy', 'late', 'none', 'p50 ms', 'p99 ms'],
    ],
    rows: runs.map(row),
    better: {
      ...{ 'RSS MiB': 'less', 'waiting MiB': 'less', 'peak MiB': 'less', 'idle CPU %': 'less' },
      ...{ 'API idle CPU %': 'less', 'API MiB': 'less', 'CPU ms/result': 'less' },
      ...{ pending: 'more', right: 'more', 'p50 ms': 'less', 'p99 ms': 'less' },
    },
    targets: runs
      .filter(({ name }) => !name.startsWith(peerName))
      .map(({ name, pending, waiting }) =>
        atMost(
          `${name}: memory of the proxy while ${pending} pushes wait`,
          waiting,
          targetMiB,
          ' MiB',
        ),
      ),
    remarks: runs.map(({ name, note }) => `${name}: ${note}`),
    verified: runs.map(({ right, pending }) => right + pending),
  }
}

async function measureHttp1(
  place: Workplace,
  name: string,
  holdMs: number,
  load: Load,
): Promise<Run> {
  const pushed: string[] = []
  const api = await PendingAuthApi.start({ holdMs, verify: false })
  api.pushed = (username) => pushed.push(username)
  const port = await freeUdpPort()
  const certificate = { certificate: api.caFile, key: '' }
  const folder = name.replaceAll(/[^a-z0-9]+/gi, '-')
  const proxy = await startOurProxy(place, {
    ...{ name: folder, port, secret, apiPort: api.port, certificate },
    extra: 'api_timeout=180',
  })
  const phones: Phones = { pushed, answer: async (user, how) => api.answer(user, how) }
  const result = await measure(name, proxy, port, phones, load)
  await proxy.stop()
  const note = `${api.polls} polls for ${pushed.length} pushes, at most ${api.maxConnections} connections`
  await api.close()
  return { ...result, note: `${result.note}${note}` }
}

/** A small API in place of our service, which would be the slower one. */
async function measureMessages(place: Workplace, load: Load): Promise<Run> {
  const pushed: string[] = []
  const ids = new Map<string, number>()
  const api = await MessageApi.start({ maxOpen: 16_384 })
  api.onCall = ({ id, parameters: { username = '' } }) => {
    if (!ids.has(username)) pushed.push(username)
    ids.set(username, id)
  }
  const port = await freeUdpPort()
  const proxy = await startOurProxy(place, {
    ...{ name: 'proxy-of-messages', port, secret, apiPort: api.port },
    certificate: { certificate: api.caFile, key: '' },
    extra: 'api_timeout=180',
  })
  const phones: Phones = {
    pushed,
    answer: async (username, how) => {
      const id = ids.get(username)
      // frames with an unknown id would end the connection
      if (id !== undefined) api.answer(id, how)
    },
  }
  // this API lets in whoever comes over HTTP
  await until(async () => {
    await elapsed(50)
    return api.connections > 0
  }, proxy)
  const result = await measure('messages over one connection', proxy, port, phones, load)
  await proxy.stop()
  const note = `${ids.size} messages, ${api.plain.length} plain calls; `
  await api.close()
  return { ...result, note: `${result.note}${note}` }
}

async function measureService(place: Workplace, load: Load): Promise<Run> {
  const folder = await place.folder('service')
  const stock = await stockPushes({ folder, holders: load.users.length })
  const service = await startService(place, { name: 'service', folder, core: core.load })
  const port = await freeUdpPort()
  const proxy = await startOurProxy(place, {
    ...{ name: 'proxy-of-service', port, secret, apiPort: service.port },
    certificate: { certificate: service.caFile, key: '' },
    application: stock,
  })
  const phones = new LoadedPhones({
    ...{ port: service.port, ca: readFileSync(service.caFile) },
    ...{ phoneKey: stock.phoneKey, connections: 16 },
  })
  const opened = new OpenedPushes(folder)
  const waiting = new Map<string, OpenedPush>()
  const pushed: string[] = []
  const seen: Phones = {
    pushed,
    answer: async (username, decision) => {
      const push = waiting.get(username)
      if (push !== undefined) await phones.answer(push.phoneId, push.txid, decision)
    },
  }
  const looking = setInterval(() => {
    for (const push of opened.next()) {
      waiting.set(push.username, push)
      pushed.push(push.username)
    }
  }, 500)
  const result = await measure('our service over HTTP/2', proxy, port, seen, load, service.server)
  clearInterval(looking)
  opened.close()
  await phones.close()
  await proxy.stop()
  await service.server.stop()
  return result
}

/** As many logins as threads, and as many again, which must wait for a thread. */
async function measureFreeradius(place: Workplace, { ratePerSec }: Load): Promise<Run> {
  const pushed: string[] = []
  const api = await PendingAuthApi.start({ holdMs: 0, verify: false })
  api.pushed = (username) => pushed.push(username)
  const port = await freeUdpPort()
  const server = await startFreeradius(place, {
    ...{ name: 'freeradius-waiting', port, secret, apiPort: api.port },
    certificate: { certificate: api.caFile, key: '' },
    // all from the start: while it opens connections, it rejects logins
    threads: {
      ...{ start: freeradiusThreads, max: freeradiusThreads },
      ...{ minSpare: 1, maxSpare: freeradiusThreads },
    },
    waitSecs: 120,
  })
  await until(() => isBound(port), server)
  const before = residentMiB(server.pid)
  const users = Array.from({ length: freeradiusThreads * 2 }, (_, index) => `holder${index}`)
  const logins = new RadiusLogins({ port, secret })
  await logins.send(users, Math.min(ratePerSec, 50))
  await elapsed(5_000)
  const began = cpuSeconds(server.pid)
  await elapsed(idleSecs * 1_000)
  const idleCpu = (cpuSeconds(server.pid) - began) / idleSecs
  const held = [...pushed]
  const waiting = residentMiB(server.pid)
  const threads = threadsOf(server.pid)
  const early = logins.replies.size
  for (const username of held) api.answer(username, decisionOf(username))
  await elapsed(5_000)
  logins.close()
  const run: Run = {
    ...{ name: `${peerName} with rlm_rest, ${freeradiusThreads} threads`, pending: held.length },
    ...{ before, idleCpu, waiting, peak: peakResidentMiB(server.pid) },
    ...{ right: logins.replies.size - early, wrong: 0, busy: early, late: 0 },
    ...{ serverIdleCpu: undefined, serverMiB: undefined, cpuMsEach: Number.NaN },
    ...{ unanswered: users.length - logins.replies.size, latency: undefined },
    note:
      `${threads} threads; ${held.length} of ${users.length} pushes were sent, and ` +
      `${pushed.length - held.length} more only after those were answered`,
  }
  await server.stop()
  await api.close()
  return run
}

async function measure(
  name: string,
  proxy: Running,
  port: number,
  phones: Phones,
  load: Load,
  server?: Running,
): Promise<Run> {
  await until(() => isBound(port), proxy)
  const before = residentMiB(proxy.pid)
  const logins = new RadiusLogins({ port, secret })
  const answered = new Map<string, number>()
  const refused = new Set<string>()
  const answer = async (username: string): Promise<void> => {
    answered.set(username, performance.now())
    await phones.answer(username, decisionOf(username)).catch(() => refused.add(username))
  }
  const { users, ratePerSec, answers } = load
  process.stderr.write(`  ${name} …\n`)
  const count = () => phones.pushed.length - answered.size
  const pendingNow = { most: 0 }
  let begun = 0
  const watch = setInterval(() => {
    pendingNow.most = Math.max(pendingNow.most, count())
    if (answers.kind === 'random') return
    // pushes are answered in the order in which they arrived
    const due = Math.floor((performance.now() - started) / 1_000 - answers.secs) * ratePerSec
    for (; begun < Math.min(due, phones.pushed.length); begun++) {
      void answer(phones.pushed[begun] ?? '')
    }
  }, 100)
  const started = performance.now()
  await logins.send(users, ratePerSec)
  let idleCpu = Number.NaN
  let serverIdleCpu: number | undefined
  const waitedSecs = (performance.now() - started) / 1_000
  if (answers.kind === 'random') {
    const end = performance.now() + 60_000
    while (phones.pushed.length < users.length && performance.now() < end) await elapsed(100)
    await elapsed(1_000)
    const idleFrom = [cpuSeconds(proxy.pid), server === undefined ? 0 : cpuSeconds(server.pid)]
    await elapsed(idleSecs * 1_000)
    idleCpu = (cpuSeconds(proxy.pid) - (idleFrom[0] ?? 0)) / idleSecs
    if (server !== undefined)
      serverIdleCpu = (cpuSeconds(server.pid) - (idleFrom[1] ?? 0)) / idleSecs
  }
  const waiting = residentMiB(proxy.pid)
  const serverMiB = server === undefined ? undefined : residentMiB(server.pid)
  const resultsFrom = cpuSeconds(proxy.pid)
  const repliesFrom = logins.replies.size
  // a push of our service lives for a minute
  const leftMs = started + pushLifeMs - performance.now()
  const answersMs = Math.min(answers.secs * 1_000, Math.max(leftMs, minAnswersMs))
  if (answers.kind === 'random') {
    await Promise.all(
      shuffled(users).map(async (username, index) => {
        await elapsed((index * answersMs) / users.length)
        await answer(username)
      }),
    )
  }
  const end = performance.now() + maxLateMs
  while (logins.replies.size < users.length && performance.now() < end) await elapsed(100)
  clearInterval(watch)
  const results = logins.replies.size - repliesFrom
  const cpuMsEach = ((cpuSeconds(proxy.pid) - resultsFrom) * 1_000) / results
  const tally = { right: 0, wrong: 0, busy: 0, late: 0 }
  const latencies: number[] = []
  for (const [username, { accepted, at }] of logins.replies) {
    const sent = answered.get(username)
    if (sent !== undefined && at >= sent) latencies.push(at - sent)
    if (sent !== undefined && at >= sent && accepted === (decisionOf(username) === 'allow'))
      tally.right++
    // busy: rejected before anybody answered
    else if (!accepted && (sent === undefined || at < sent)) tally.busy++
    else if (!accepted && refused.has(username)) tally.late++
    else tally.wrong++
  }
  logins.close()
  return {
    ...{ name, pending: pendingNow.most, before, waiting, peak: peakResidentMiB(proxy.pid) },
    ...{ idleCpu, serverIdleCpu, serverMiB, cpuMsEach, ...tally },
    unanswered: users.length - logins.replies.size,
    latency: latencies.length === 0 ? undefined : formatLatency(latencies),
    note: `sent within ${waitedSecs.toFixed(0)} s, answered within ${(answersMs / 1_000).toFixed(0)} s; `,
  }
}

function threadsOf(pid: number): number {
  return Number(/^Threads:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1])
}

/** Whether a program listens on a UDP port. */
async function isBound(port: number): Promise<boolean> {
  await elapsed(100)
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  return readFileSync('/proc/net/udp', 'latin1').includes(`:${hex} `)
}

function decisionOf(username: string): 'allow' | 'deny' {
  return Number(username.slice(6)) % 3 === 0 ? 'deny' : 'allow'
}

/** In an order that is the same in every run. */
function shuffled(users: readonly string[]): string[] {
  const rank = (username: string) => (Number(username.slice(6)) * 2_654_435_761) % 4_294_967_296
  return [...users].sort((one, other) => rank(one) - rank(other))
}

function row(run: Run): Cell[] {
  return [
    ...[run.name, run.pending, run.before, run.waiting, run.peak, run.idleCpu * 100],
    run.serverIdleCpu === undefined ? undefined : run.serverIdleCpu * 100,
    ...[run.serverMiB, run.cpuMsEach, run.right, run.wrong, run.busy, run.late, run.unanswered],
    ...[run.latency?.p50, run.latency?.p99],
  ]
}
