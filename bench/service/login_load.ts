/**
 * Signs people in by passcode over the Auth API, each code once. Started with the name of a file
 * that holds `LoginLoadOptions` as JSON; prints a `LoginLoadResult`.
 */
import { readFileSync } from 'node:fs'
import { AuthApiClient } from '../../src/duo/https/auth_api_client.ts'
import { systemClock } from '../../src/host/clock.ts'
import { silentLog } from '../../src/host/log.ts'
import { Secret } from '../../src/host/secret.ts'
import { formatLatency } from '../statistic.ts'
import { cpuSeconds, peakResidentMiB } from '../usage.ts'
import type { LoginLoadOptions, LoginLoadResult } from './login_bench.ts'
import { Passcodes } from './passcodes.ts'

const options: LoginLoadOptions = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
const api = new AuthApiClient({
  ikey: options.ikey,
  skey: new Secret(options.skey),
  host: 'localhost',
  port: options.port,
  caFile: options.caFile,
  timeoutSecs: 30,
  maxConnections: 64,
  maxWaiting: 10_000,
  userAgent: 'bench',
  log: silentLog,
  clock: systemClock,
})
const tally = { allowed: 0, denied: 0, failed: 0 }
let latencies: number[] = []
let problem: string | undefined
let over = false

const holders = options.holders.map((holder) => new Passcodes(holder))
const lanes = Array.from({ length: options.connections }, (_, lane) =>
  signInAgainAndAgain(holders.filter((_, index) => index % options.connections === lane)),
)
process.stdout.write(`${JSON.stringify(await run())}\n`)
await Promise.all(lanes)
await api.close()

async function run(): Promise<LoginLoadResult> {
  await elapsed(options.warmSecs)
  const before = cpuSeconds(options.watch)
  Object.assign(tally, { allowed: 0, denied: 0, failed: 0 })
  latencies = []
  const began = performance.now()
  await elapsed(options.secs)
  const secs = (performance.now() - began) / 1000
  over = true
  return {
    ...tally,
    secs,
    latency: formatLatency(latencies),
    cpuSecs: cpuSeconds(options.watch) - before,
    peakMiB: peakResidentMiB(options.watch),
    ...(problem === undefined ? {} : { problem }),
  }
}

async function signInAgainAndAgain(own: readonly Passcodes[]): Promise<void> {
  for (let turn = 0; !over; turn++) {
    const passcodes = own[turn % own.length]
    if (passcodes === undefined) return
    const began = performance.now()
    try {
      const { username } = passcodes
      const passcode = passcodes.next()
      const { result, status_msg } = await api.auth({ username, factor: 'passcode', passcode })
      if (result === 'allow') tally.allowed++
      else {
        tally.denied++
        problem = status_msg
      }
    } catch (error) {
      tally.failed++
      problem = error instanceof Error ? error.message : String(error)
    }
    latencies.push(performance.now() - began)
  }
}

function elapsed(secs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, secs * 1000))
}
