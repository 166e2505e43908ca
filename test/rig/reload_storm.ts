import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { oneCall } from '../../src/duo/index.ts'
import { SharedSecret } from '../../src/radius/index.ts'
import { type AuthApiDouble, testIkey, testSkey } from './auth_api_double.ts'
import { StormClient, type StormOutcome } from './storm_client.ts'
import { until } from './until.ts'

export interface StormOptions {
  readonly api: AuthApiDouble
  /** Path of the proxy's configuration, which the storm writes. */
  readonly configFile: string
  readonly port: number
  /** Of a section that comes and goes. */
  readonly otherPort: number
  readonly reloads: number
  readonly pauseMs: number
  readonly signInsPerSecond: number
  /** On a machine that is too slow for the rate, no further sign-in begins while as many wait. */
  readonly maxWaiting: number
  readonly pendingPushes: number
  readonly start: () => Promise<void>
  /** @returns Whether the reload succeeded. */
  readonly reload: () => Promise<boolean>
}

export interface StormResult {
  readonly signIns: Readonly<Record<StormOutcome, number>>
  readonly pushes: Readonly<Record<StormOutcome, number>>
  readonly reloads: { readonly succeeded: number; readonly refused: number; readonly wrong: number }
  readonly wrongReplies: number
  /** Texts of the rejections, with their number. */
  readonly rejections: ReadonlyMap<string, number>
  /** Usernames for which the API was asked more than once. */
  readonly doubled: number
  /** The fewest pushes that waited at any reload. */
  readonly pendingPushes: number
  readonly durationMs: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const lostAfterMs = 120_000
const tickMs = 10
/** Each push waits during this many reloads, and no longer than this: the proxy gives it 90 s. */
const reloadsPerPush = 20
const pushMs = 30_000

/**
 * Reloads the configuration again and again while users sign in. Each reload replaces the RADIUS secret,
 * with an overlap that lasts until no request with the old one is on its way; a second section comes and goes; every tenth file has an error and must be refused.
 * Half of the requests are unsigned, so that only the password shows their secret.
 */
export async function runReloadStorm(options: StormOptions): Promise<StormResult> {
  const { api, port, reloads, pauseMs, signInsPerSecond, maxWaiting, pendingPushes } = options
  const asked = new Map<string, number>()
  const held = new Set<string>()
  // one call per sign-in, so that the double can keep up
  api.capabilities = oneCall
  api.auth = ({ username = '' }) => {
    asked.set(username, (asked.get(username) ?? 0) + 1)
    if (!username.startsWith('push-')) return { response: allowed }
    held.add(username)
    return 'hang'
  }
  const client = await StormClient.open(64, lostAfterMs)
  let round = 0
  let secret = secretOf(round)
  writeConfig(options, round)
  await options.start()

  const results: Promise<StormOutcome>[] = []
  const pushes: Promise<StormOutcome>[] = []
  const elapsed: number[] = []
  let count = 0
  /** Passcode sign-ins without a reply, by the round of their secret. */
  const waiting = new Map<number, number>()
  const signIn = (): void => {
    const sentIn = round
    waiting.set(sentIn, (waiting.get(sentIn) ?? 0) + 1)
    const began = performance.now()
    const username = `user-${count++}`
    const request = { username, password: '123456', secret, signed: count % 2 === 0 }
    const outcome = client.signIn(port, request)
    results.push(outcome)
    void outcome.then(() => {
      waiting.set(sentIn, (waiting.get(sentIn) ?? 0) - 1)
      elapsed.push(performance.now() - began)
    })
  }
  const push = (): void => {
    const username = `push-${pushes.length}`
    pushes.push(
      client.signIn(port, { username, password: 'push', secret, signed: pushes.length % 2 === 1 }),
    )
  }
  // unsigned ones first: an address that has only signed is required to sign
  signIn()
  await results[0]
  let pushedAt = 0
  let reloadsOfPushes = 0
  const pushAll = async (): Promise<void> => {
    pushedAt = performance.now()
    reloadsOfPushes = 0
    for (let sent = 0; sent < pendingPushes; sent++) push()
    await until(() => held.size === pendingPushes)
  }
  await pushAll()

  const began = performance.now()
  let due = 0
  const timer = setInterval(() => {
    const wanted = ((performance.now() - began) / 1000) * signInsPerSecond
    for (; due < wanted; due++) if (count - elapsed.length < maxWaiting) signIn()
  }, tickMs)
  const found = { succeeded: 0, refused: 0, wrong: 0 }
  let fewestPushes = pendingPushes
  for (let reload = 1; reload <= reloads; reload++) {
    const isBroken = reload % 10 === 0
    await until(() => (waiting.get(round - 1) ?? 0) === 0)
    const next = isBroken ? round : round + 1
    writeConfig(options, next, { isBroken })
    fewestPushes = Math.min(fewestPushes, held.size)
    const ok = await options.reload()
    if (ok === isBroken) found.wrong++
    else if (ok) found.succeeded++
    else found.refused++
    if (ok) {
      round = next
      secret = secretOf(round)
    }
    await delay(pauseMs)
    reloadsOfPushes++
    const isOver = reloadsOfPushes === reloadsPerPush || performance.now() - pushedAt > pushMs
    if (isOver && reload < reloads) {
      held.clear()
      api.release(allowed)
      await pushAll()
    }
  }
  clearInterval(timer)
  const durationMs = performance.now() - began
  const signIns = await tally(results)
  api.release(allowed)
  const pushed = await tally(pushes)
  client.close()
  elapsed.sort((one, other) => one - other)
  return {
    signIns,
    pushes: pushed,
    reloads: found,
    wrongReplies: client.wrongReplies,
    rejections: client.rejections,
    doubled: [...asked.values()].filter((times) => times > 1).length,
    pendingPushes: fewestPushes,
    durationMs,
    p50Ms: elapsed[Math.floor(elapsed.length * 0.5)] ?? 0,
    p99Ms: elapsed[Math.floor(elapsed.length * 0.99)] ?? 0,
  }
}

const allowed = { result: 'allow', status: 'allow', status_msg: 'Success. Logging you in...' }

async function tally(
  outcomes: readonly Promise<StormOutcome>[],
): Promise<Record<StormOutcome, number>> {
  const counts = { accepted: 0, rejected: 0, lost: 0 }
  for (const outcome of await Promise.all(outcomes)) counts[outcome]++
  return counts
}

function secretText(round: number): string {
  return `the-secret-of-round-${round}-of-the-storm`
}

function secretOf(round: number): SharedSecret {
  return new SharedSecret(secretText(round))
}

function writeConfig(
  { api, configFile, port, otherPort }: StormOptions,
  round: number,
  { isBroken = false } = {},
): void {
  const section = (name: string, at: number): string => `
[${name}]
ikey=${testIkey}
skey=${testSkey}
api_host=localhost
api_port=${api.port}
http_ca_certs_file=${api.caFile}
failmode=${isBroken ? 'neither' : 'secure'}
interface=127.0.0.1
port=${at}
radius_ip_1=127.0.0.1
radius_secret_1=${secretText(round)}
${round === 0 ? '' : `radius_secret_previous_1=${secretText(round - 1)}`}
`
  const other = round % 2 === 0 ? '' : section('radius_server_duo_only2', otherPort)
  const main = '[main]\nsend_reports=false\n[duo_only_client]\n'
  writeFileSync(configFile, main + section('radius_server_duo_only', port) + other, { mode: 0o600 })
}
