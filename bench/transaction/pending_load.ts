/**
 * Asks for pushes that wait, all at once, and answers some of them as phones do. Started with the
 * name of a file that holds `PendingLoadOptions` as JSON; prints a `PendingPhase` when all wait, and
 * a `SettledPhase` when none does.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as elapsed } from 'node:timers/promises'
import { Pool } from 'undici'
import { AuthApiClient } from '../../src/duo/https/auth_api_client.ts'
import { systemClock } from '../../src/host/clock.ts'
import { silentLog } from '../../src/host/log.ts'
import { Secret } from '../../src/host/secret.ts'
import { formatLatency } from '../statistic.ts'
import { cpuSeconds, peakResidentMiB, residentMiB } from '../usage.ts'
import { LoadedPhones } from './loaded_phones.ts'
import type { PendingLoadOptions, PendingPhase, SettledPhase } from './pending_bench.ts'

/** Connections of one client. */
const callsOfClient = 4000
/** Calls that are begun and do not wait yet, at most. */
const maxBeginning = 512
/** A look costs the service a walk over all of its connections. */
const lookMs = 300
const phoneConnections = 32
/** How long a push may take to be answered. */
const lifeMs = 60_000

const options: PendingLoadOptions = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
const { port, watch, holders } = options
const ca = readFileSync(options.caFile)
const clients = Array.from({ length: Math.ceil(holders.length / callsOfClient) }, newClient)
const phones = new LoadedPhones({
  port,
  ca,
  phoneKey: options.phoneKey,
  connections: phoneConnections,
})
const operator = new Pool(`https://localhost:${port}`, { connections: 1, connect: { ca } })

const tally = { allowed: 0, timedOut: 0, failed: 0 }
let problem: string | undefined
/** How many calls were waiting at the last reading. */
let known = 0
/** When the call of each was begun, and when it was answered. */
const began = new Map<string, number>()
const answered = new Map<string, number>()

await operator.request({ method: 'GET', path: '/metrics' }).then(({ body }) => body.dump())
for (const { phoneId } of holders.slice(0, options.streams)) await phones.open(phoneId)
const calls: Promise<void>[] = []
// they learn by it that calls may share connections
if (options.multiplexed) await Promise.all(clients.map((client) => client.check()))
say(await beginAll())
say(await settleAll())
await Promise.all([phones.close(), operator.close(), ...clients.map((client) => client.close())])

async function beginAll(): Promise<PendingPhase> {
  const before = { cpu: cpuSeconds(watch), rssMiB: residentMiB(watch), at: performance.now() }
  for (const [index, { username }] of holders.entries()) {
    while (index - (await waitingIfFull(index)) >= maxBeginning) await elapsed(lookMs)
    calls.push(call(index, username))
  }
  while ((await waitingNow()) + answered.size < holders.length) await elapsed(lookMs)
  const waiting = await waitingNow()
  const secs = (performance.now() - before.at) / 1000
  const cpu = cpuSeconds(watch)
  await elapsed(options.idleSecs * 1000)
  return {
    waiting,
    secs,
    cpuSecs: cpu - before.cpu,
    idleCpu: (cpuSeconds(watch) - cpu) / options.idleSecs,
    rssMiBBefore: before.rssMiB,
    rssMiB: residentMiB(watch),
  }
}

async function settleAll(): Promise<SettledPhase> {
  const answers = holders.slice(0, options.answers)
  const sent = new Map<string, number>()
  const acknowledged: number[] = []
  // their connections are there already, as that of an app that is open
  await Promise.all(answers.slice(0, phoneConnections).map(({ phoneId }) => phones.look(phoneId)))
  const start = performance.now()
  await Promise.all(
    answers.map(async ({ username, phoneId }, index) => {
      const due = start + (index * 1000) / options.answersPerSec
      await elapsed(Math.max(0, due - performance.now()))
      try {
        const txid = await phones.waiting(phoneId)
        const at = performance.now()
        await phones.approve(phoneId, txid)
        acknowledged.push(performance.now() - at)
        sent.set(username, at)
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error)
      }
    }),
  )
  await Promise.all(calls)
  await elapsed(options.restSecs * 1000)
  const woken = [...sent].map(([username, at]) => (answered.get(username) ?? Number.NaN) - at)
  const late = holders
    .slice(options.answers)
    .map(({ username }) => (answered.get(username) ?? 0) - (began.get(username) ?? 0) - lifeMs)
  return {
    ...tally,
    acknowledged: formatLatency(acknowledged),
    woken: formatLatency(woken),
    late: formatLatency(late),
    rssMiBAfter: residentMiB(watch),
    peakMiB: peakResidentMiB(watch),
    ...(problem === undefined ? {} : { problem }),
  }
}

async function call(index: number, username: string): Promise<void> {
  const client = clients[Math.floor(index / callsOfClient)]
  if (client === undefined) return
  began.set(username, performance.now())
  try {
    const { status, status_msg } = await client.auth({ username, factor: 'push', device: 'auto' })
    if (status === 'allow') tally.allowed++
    else if (status === 'timeout') tally.timedOut++
    else {
      tally.failed++
      problem = status_msg
    }
  } catch (error) {
    tally.failed++
    problem = error instanceof Error ? error.message : String(error)
  }
  answered.set(username, performance.now())
}

/** Reads the number of waiting calls only now and then: the known number is enough while fewer have begun. */
async function waitingIfFull(begun: number): Promise<number> {
  if (begun - known >= maxBeginning) known = (await waitingNow()) + answered.size
  return known
}

async function waitingNow(): Promise<number> {
  const { body } = await operator.request({ method: 'GET', path: '/metrics' })
  return Number(/^countersign_waiting_calls (\d+)$/m.exec(await body.text())?.[1] ?? Number.NaN)
}

function newClient(): AuthApiClient {
  return new AuthApiClient({
    ikey: options.ikey,
    skey: new Secret(options.skey),
    host: 'localhost',
    port,
    caFile: options.caFile,
    timeoutSecs: 0,
    maxConnections: 64,
    maxWaiting: 10_000,
    userAgent: 'bench',
    log: silentLog,
    clock: systemClock,
  })
}

function say(phase: PendingPhase | SettledPhase): void {
  process.stdout.write(`${JSON.stringify(phase)}\n`)
}
