import type { LoginCounts } from '../../duo/index.ts'
import type { DecidedLogin } from '../front/listener.ts'
import { ClientSources } from './client_sources.ts'
import { Latencies } from './latencies.ts'
import { RollingCount } from './rolling_count.ts'

type LoginResult = keyof LoginCounts

/** What a RADIUS client has sent since the proxy started. Times are those of `performance.now()`. */
export interface ClientActivity {
  requests: number
  /** Those without Message-Authenticator that were answered. */
  unsigned: number
  lastAddress: string
  lastAt: number
  lastUnsignedAddress: string | undefined
  lastUnsignedAt: number
  /** Those with the secret that is being replaced. */
  withPreviousSecret: number
  lastPreviousSecretAddress: string | undefined
  lastPreviousSecretAt: number
  readonly sources: ClientSources
}

/** The outcome of the last `check` of a section's API. */
export type ApiState =
  | { readonly kind: 'usable' }
  /** It can't be reached: `failmode` decides on logins. */
  | { readonly kind: 'down'; readonly problem: string }
  /** It answers and refuses, for example because of a wrong skey: every login is rejected. */
  | { readonly kind: 'refused'; readonly problem: string }

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** What a section has done since the proxy started. It keeps no usernames. */
export class SectionActivity {
  readonly loginLatency = new Latencies()
  readonly serviceLatency = new Latencies()
  /** `undefined` until the first `check` has ended. */
  apiState: ApiState | undefined
  readonly #since: Record<LoginResult, number> = {
    accept: 0,
    reject: 0,
    challenge: 0,
    fail_open: 0,
    fail_closed: 0,
  }
  readonly #hour: Readonly<Record<LoginResult, RollingCount>> = {
    accept: new RollingCount(hourMs, 60),
    reject: new RollingCount(hourMs, 60),
    challenge: new RollingCount(hourMs, 60),
    fail_open: new RollingCount(hourMs, 60),
    fail_closed: new RollingCount(hourMs, 60),
  }
  readonly #failOpens = new RollingCount(dayMs, 96)
  #lastFailOpenAt = 0
  readonly #clients = new Map<string, ClientActivity>()
  #news = 0

  /** Counts a login. @param nowMs By `performance.now()`. */
  decided(login: DecidedLogin, nowMs: number): void {
    const { request, verdict, elapsedMs, isProbe = false } = login
    const client = this.#countRequest(request, nowMs)
    if (client.sources.add(login, nowMs)) this.#news++
    if (isProbe) return
    const result = toResult(verdict)
    this.#since[result]++
    this.#hour[result].add(nowMs)
    if (result === 'fail_open') {
      this.#failOpens.add(nowMs)
      this.#lastFailOpenAt = nowMs
    }
    this.loginLatency.add(elapsedMs, nowMs)
  }

  get logins(): LoginCounts {
    return { ...this.#since }
  }

  loginsOfHour(nowMs: number): LoginCounts {
    const { accept, reject, challenge, fail_open, fail_closed } = this.#hour
    return {
      accept: accept.sum(nowMs),
      reject: reject.sum(nowMs),
      challenge: challenge.sum(nowMs),
      fail_open: fail_open.sum(nowMs),
      fail_closed: fail_closed.sum(nowMs),
    }
  }

  /** Logins of the last 24 hours that `failmode=safe` accepted. */
  failOpens(nowMs: number): { readonly count: number; readonly lastAt: number } {
    return { count: this.#failOpens.sum(nowMs), lastAt: this.#lastFailOpenAt }
  }

  /** Grows with whatever the service should learn before the next regular report. */
  get news(): number {
    return this.#news
  }

  /** `undefined` if the client has sent nothing. */
  client(entry: ClientEntry): ClientActivity | undefined {
    return this.#clients.get(clientKey(entry))
  }

  #countRequest(
    { client, peer, signed, usesPreviousSecret }: DecidedLogin['request'],
    nowMs: number,
  ): ClientActivity {
    const key = clientKey(client)
    const known = this.#clients.get(key) ?? {
      requests: 0,
      unsigned: 0,
      lastAddress: '',
      lastAt: 0,
      lastUnsignedAddress: undefined,
      lastUnsignedAt: 0,
      withPreviousSecret: 0,
      lastPreviousSecretAddress: undefined,
      lastPreviousSecretAt: 0,
      sources: new ClientSources(),
    }
    known.requests++
    known.lastAddress = peer.address
    known.lastAt = nowMs
    if (!signed) {
      known.unsigned++
      known.lastUnsignedAddress = peer.address
      known.lastUnsignedAt = nowMs
    }
    if (usesPreviousSecret) {
      known.withPreviousSecret++
      known.lastPreviousSecretAddress = peer.address
      known.lastPreviousSecretAt = nowMs
    }
    this.#clients.set(key, known)
    return known
  }
}

/** What identifies a client: the number of `radius_ip_2` means another one after a change. */
interface ClientEntry {
  readonly name: string
  readonly addresses: string
}

function clientKey({ name, addresses }: ClientEntry): string {
  return `${name} ${addresses}`
}

/** Only `failmode` decides with evidence that the API is down. */
function toResult(verdict: DecidedLogin['verdict']): LoginResult {
  if (verdict.kind === 'accept') return verdict.grounds === 'failmode safe' ? 'fail_open' : 'accept'
  if (verdict.kind === 'challenge') return 'challenge'
  return verdict.evidence === undefined ? 'reject' : 'fail_closed'
}
