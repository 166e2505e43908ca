import type { ReportedSource } from '../../duo/index.ts'
import type { DecidedLogin } from '../front/listener.ts'
import { secondsSince } from './seconds_since.ts'

/** What one address has sent. Times are those of `performance.now()`. */
interface SourceActivity {
  readonly address: string
  requests: number
  lastAt: number
  secret: ReportedSource['secret']
  reply: ReportedSource['reply']
  usesPreviousSecret: boolean
  probeAt: number | undefined
}

/** A client may be a whole network. */
const maxSources = 16
/** An address that was silent for this long is news again. */
const silentMs = 10_000

/** The addresses that a RADIUS client sends from: each controller of a directory is one. */
export class ClientSources {
  readonly #sources = new Map<string, SourceActivity>()

  /** @returns Whether the service should learn it at once: a new address, or one that was silent, or a probe. */
  add(
    { request, verdict, isProbe = false, password }: Omit<DecidedLogin, 'elapsedMs'>,
    nowMs: number,
  ): boolean {
    const { address } = request.peer
    const known = this.#sources.get(address)
    const source = known ?? this.#begin(address, verdict.kind)
    const isNews = known === undefined || isProbe || nowMs - source.lastAt > silentMs
    source.requests++
    source.lastAt = nowMs
    source.secret = secretEvidence(request.signed, password) ?? source.secret
    source.reply = verdict.kind
    source.usesPreviousSecret = request.usesPreviousSecret
    if (isProbe) source.probeAt = nowMs
    return isNews
  }

  /** The most recent first. */
  report(max: number, nowMs: number): ReportedSource[] {
    const recent = this.#byAge().reverse().slice(0, max)
    return recent.map(
      ({ address, requests, lastAt, secret, reply, usesPreviousSecret, probeAt }) => ({
        address,
        requests,
        last_s: secondsSince(lastAt, nowMs),
        secret,
        reply,
        ...(usesPreviousSecret ? { previous_secret: true as const } : {}),
        ...(probeAt === undefined ? {} : { probe_s: secondsSince(probeAt, nowMs) }),
      }),
    )
  }

  #begin(address: string, reply: ReportedSource['reply']): SourceActivity {
    const [oldest] = this.#sources.size < maxSources ? [] : this.#byAge()
    if (oldest !== undefined) this.#sources.delete(oldest.address)
    const unknown = {
      requests: 0,
      lastAt: 0,
      secret: 'unknown',
      usesPreviousSecret: false,
    } as const
    const source: SourceActivity = { address, ...unknown, reply, probeAt: undefined }
    this.#sources.set(address, source)
    return source
  }

  /** The longest silent first. */
  #byAge(): SourceActivity[] {
    return [...this.#sources.values()].sort((one, other) => one.lastAt - other.lastAt)
  }
}

function secretEvidence(
  signed: boolean,
  password: DecidedLogin['password'],
): ReportedSource['secret'] | undefined {
  if (signed) return 'proven'
  if (password === undefined) return undefined
  return password === 'readable' ? 'readable' : 'wrong'
}
