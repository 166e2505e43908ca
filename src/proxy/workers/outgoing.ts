import type { ApiCall } from '../../duo/https/api_call.ts'
import type { DecidedLogin } from '../front/listener.ts'
import type { Batch, FromWorker } from './messages.ts'

/** How long what has happened is gathered. */
const gatherMs = 25
/** What may wait while the proxy does not read; further lines are lost. */
const maxLogLength = 8 * 1024 * 1024
const maxRecords = 50_000

/** Sends what happens in a worker to the proxy, many things in one message. */
export class Outgoing {
  readonly #send: (message: FromWorker, sent: () => void) => void
  #log: string[] = []
  #events: string[] = []
  #length = 0
  #lastError: Batch['lastError']
  #logins: { readonly section: string; readonly login: DecidedLogin }[] = []
  #calls: { readonly section: string; readonly call: ApiCall }[] = []
  #answered: { readonly section: string; readonly elapsedMs: number }[] = []
  #primaryOnly = { accepted: 0, rejected: 0 }
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined

  constructor(send: (message: FromWorker, sent: () => void) => void) {
    this.#send = send
  }

  /** @param line Of the main log, without its end. */
  line(line: string): void {
    if (this.#hasRoom(line)) this.#log.push(line)
    this.#schedule()
  }

  error(at: number, message: string): void {
    this.#lastError = { at, message }
  }

  event(line: string): void {
    if (this.#hasRoom(line)) this.#events.push(line)
    this.#schedule()
  }

  decided(section: string, { request, verdict, ...login }: DecidedLogin): void {
    if (this.#logins.length >= maxRecords) return
    const { client, peer, signed, usesPreviousSecret } = request
    this.#logins.push({
      section,
      login: {
        ...login,
        request: {
          // not the secrets that an entry also has
          client: { name: client.name, addresses: client.addresses },
          peer: { address: peer.address },
          signed,
          usesPreviousSecret,
        },
        // not the texts, which may be for the user only
        verdict: {
          kind: verdict.kind,
          grounds: verdict.grounds,
          evidence: verdict.evidence === undefined ? undefined : 'yes',
        },
      },
    })
    this.#schedule()
  }

  called(section: string, { name, outcome, elapsedMs }: ApiCall): void {
    if (this.#calls.length >= maxRecords) return
    this.#calls.push({ section, call: { name, outcome, elapsedMs } })
    this.#schedule()
  }

  answered(section: string, elapsedMs: number): void {
    if (this.#answered.length >= maxRecords) return
    this.#answered.push({ section, elapsedMs })
    this.#schedule()
  }

  countPrimaryOnly(outcome: 'accepted' | 'rejected'): void {
    this.#primaryOnly[outcome]++
    this.#schedule()
  }

  /** Sends everything now; resolves when the proxy's side of the channel has it. */
  async flush(): Promise<void> {
    await this.#sending
    clearTimeout(this.#timer)
    this.#timer = undefined
    const batch: Batch = {
      kind: 'batch',
      log: joined(this.#log),
      events: joined(this.#events),
      lastError: this.#lastError,
      logins: this.#logins,
      calls: this.#calls,
      answered: this.#answered,
      primaryOnly: this.#primaryOnly,
    }
    this.#log = []
    this.#events = []
    this.#length = 0
    this.#lastError = undefined
    this.#logins = []
    this.#calls = []
    this.#answered = []
    this.#primaryOnly = { accepted: 0, rejected: 0 }
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#sending = promise
    this.#send(batch, resolve)
    await promise
  }

  #hasRoom(line: string): boolean {
    if (this.#length > maxLogLength) return false
    this.#length += line.length
    return true
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => void this.flush(), gatherMs)
  }
}

function joined(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}
