/**
 * Asks a RADIUS server for logins and verifies every reply. Started with `LoadOptions` as JSON;
 * prints a `LoadResult`.
 */
import { randomFillSync } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import {
  Code,
  encodeAccessRequest,
  RadiusError,
  SharedSecret,
  verifyReply,
} from '../../src/radius/index.ts'
import { formatLatency } from '../statistic.ts'
import { cpuSeconds, peakResidentMiB } from '../usage.ts'
import { ApiProbe } from './api_probe.ts'
import type { LoadOptions, LoadResult } from './load.ts'

const identifiers = 256
const lostAfterMs = 5000
const password = new TextEncoder().encode('123456')

interface Flow {
  readonly socket: Socket
  /** Request Authenticators of the requests in flight, by Identifier. */
  readonly authenticators: (Uint8Array | undefined)[]
  readonly sentAt: Float64Array
  next: number
  inFlight: number
}

const options: LoadOptions = JSON.parse(process.argv[2] ?? '{}')
const secret = new SharedSecret(options.secret)
const random = new Uint8Array(65_536)
let randomAt = random.length

const flows = await Promise.all(Array.from({ length: options.flows }, openFlow))
const tally = { accepts: 0, rejects: 0, forged: 0, lost: 0 }
let latencies: number[] = []
let sent = 0
let everReplied = 0
let over = false

process.stdout.write(`${JSON.stringify(await run())}\n`)
for (const { socket } of flows) socket.close()

async function run(): Promise<LoadResult> {
  const pacer = options.rate === undefined ? closedLoop() : openLoop(options.rate)
  const sweeper = setInterval(sweep, 500)
  await elapsed(options.warmSecs)
  const probe = options.probe === undefined ? undefined : await ApiProbe.start(options.probe)
  const before = options.watch.map(cpuSeconds)
  const ownBefore = process.cpuUsage()
  Object.assign(tally, { accepts: 0, rejects: 0, forged: 0, lost: 0 })
  latencies = []
  const began = performance.now()
  await elapsed(options.secs)
  const secs = (performance.now() - began) / 1000
  const own = process.cpuUsage(ownBefore)
  const result: LoadResult = {
    ...tally,
    everReplied,
    secs,
    latency: formatLatency(latencies),
    cpuSecs: options.watch.map((pid, index) => cpuSeconds(pid) - (before[index] ?? 0)),
    peakMiB: options.watch.map(peakResidentMiB),
    ownCpuSecs: (own.user + own.system) / 1e6,
    ...(probe === undefined ? {} : { probe: await probe.stop() }),
  }
  over = true
  clearInterval(pacer)
  clearInterval(sweeper)
  return result
}

async function openFlow(): Promise<Flow> {
  const socket = createSocket({
    type: 'udp4',
    recvBufferSize: 4 * 1024 * 1024,
    lookup: (host, _options, done) => done(null, host, 4),
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const flow: Flow = {
    socket,
    authenticators: new Array(identifiers).fill(undefined),
    sentAt: new Float64Array(identifiers),
    next: 0,
    inFlight: 0,
  }
  socket.on('message', ({ buffer, byteOffset, length }) => {
    receive(flow, new Uint8Array(buffer, byteOffset, length))
  })
  return flow
}

function closedLoop(): undefined {
  for (let index = 0; index < options.outstanding; index++) send(flowAt(index))
  return undefined
}

/** Sends the requests that are due every millisecond, independent of replies. */
function openLoop(rate: number): NodeJS.Timeout {
  const began = performance.now()
  return setInterval(() => {
    const due = ((performance.now() - began) / 1000) * rate
    while (sent < due) send(flowAt(sent))
  }, 1)
}

function flowAt(index: number): Flow {
  const flow = flows[index % flows.length]
  if (flow === undefined) throw new Error('a load needs at least one flow')
  return flow
}

function send(flow: Flow): void {
  if (over || flow.inFlight === identifiers) return
  while (flow.authenticators[flow.next] !== undefined) flow.next = (flow.next + 1) % identifiers
  const identifier = flow.next
  flow.next = (identifier + 1) % identifiers
  const authenticator = unforeseen()
  const request = encodeAccessRequest(identifier, authenticator, secret, {
    username: `user${sent++ % 10_000}`,
    password,
  })
  flow.authenticators[identifier] = authenticator
  flow.sentAt[identifier] = performance.now()
  flow.inFlight++
  flow.socket.send(request, options.port, '127.0.0.1')
}

function receive(flow: Flow, datagram: Uint8Array): void {
  const identifier = datagram[1] ?? 0
  const authenticator = flow.authenticators[identifier]
  if (authenticator === undefined) return
  if (options.echo) tally.accepts++
  else {
    const code = genuineCode(datagram, authenticator)
    if (code === undefined) return
    if (code === Code.AccessAccept) tally.accepts++
    else tally.rejects++
  }
  everReplied++
  latencies.push(performance.now() - (flow.sentAt[identifier] ?? 0))
  release(flow, identifier)
}

function genuineCode(datagram: Uint8Array, authenticator: Uint8Array): number | undefined {
  try {
    return verifyReply(datagram, authenticator, secret).code
  } catch (error) {
    if (!(error instanceof RadiusError)) throw error
    tally.forged++
    return undefined
  }
}

function release(flow: Flow, identifier: number): void {
  flow.authenticators[identifier] = undefined
  flow.inFlight--
  if (options.rate === undefined) send(flow)
}

function sweep(): void {
  const oldest = performance.now() - lostAfterMs
  for (const flow of flows) {
    for (let identifier = 0; identifier < identifiers; identifier++) {
      if (flow.authenticators[identifier] === undefined) continue
      if ((flow.sentAt[identifier] ?? 0) > oldest) continue
      tally.lost++
      release(flow, identifier)
    }
  }
}

function unforeseen(): Uint8Array {
  if (randomAt === random.length) {
    randomFillSync(random)
    randomAt = 0
  }
  randomAt += 16
  return random.slice(randomAt - 16, randomAt)
}

function elapsed(secs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, secs * 1000))
}
