import type { ApiCall, BegunCall } from '../duo/https/api_call.ts'
import { lookupName } from '../duo/index.ts'
import type { ProxyObserver } from '../proxy/section_runtime.ts'
import type {
  Opening,
  Outcome,
  TransactionObserver,
} from '../service/sign_in/transaction/transaction.ts'
import type { NewTraceEvent, Trace, TraceEvent } from '../workspaces/trace/trace.ts'

const maxUsers = 1000
const maxTransactions = 1000

/** Names of the requests to a phone, by factor. */
const sentNames: Readonly<Record<string, string>> = {
  push: 'push sent',
  phone: 'call started',
  sms: 'SMS sent',
}

const answers: Readonly<Record<string, Pick<TraceEvent, 'name' | 'outcome'>>> = {
  allow: { name: 'approved', outcome: 'ok' },
  deny: { name: 'denied', outcome: 'refused' },
  fraud: { name: 'reported as fraud', outcome: 'refused' },
}

/**
 * Adds to the directory's trace what happens behind the proxy: calls to the API, requests to phones and their answers.
 * The directory itself sees only its controllers' packets.
 */
export class SignInDrawing implements ProxyObserver, TransactionObserver {
  readonly #trace: Trace
  /** Name of the proxy's node. */
  readonly #proxy: string
  /** The last sign-in of each user, by the name that the proxy sends. */
  readonly #logins = new Map<string, string>()
  /** Requests that wait for an answer, by txid. */
  readonly #waiting = new Map<string, Pick<Opening, 'factor' | 'request'>>()

  /** @param proxy Address and port of the proxy, as the controllers reach it. */
  constructor(trace: Trace, proxy: string) {
    this.#trace = trace
    this.#proxy = `proxy-${proxy}`
    trace.watch(({ user, loginId }) => {
      if (user !== undefined && loginId !== undefined) {
        setBounded(this.#logins, lookupName(user, 'simple'), loginId, maxUsers)
      }
    })
  }

  loginDecided(): void {}

  apiCallBegun(_section: string, { name, username }: BegunCall): void {
    if (username === undefined) return
    const call = toCallName(name)
    const [from, to] = [this.#proxy, 'service']
    const detail = `POST /auth/v2/${call}, signed`
    this.#add(username, { from, to, kind: 'api', name: call, detail })
  }

  apiCalled(_section: string, { name, username, outcome, elapsedMs }: ApiCall): void {
    if (username === undefined) return
    const detail = `after ${Math.round(elapsedMs)} ms`
    const call = toCallName(name)
    const [from, to] = ['service', this.#proxy]
    const event = { from, to, kind: 'api', detail } as const
    if (outcome === 'answered') this.#add(username, { ...event, name: `answer to ${call}` })
    else {
      this.#add(username, { ...event, name: `${call}: ${outcome}`, outcome: 'error' })
    }
  }

  opened({ txid, factor, repeatOf, request }: Opening): void {
    setBounded(this.#waiting, txid, { factor, request }, maxTransactions)
    const joined = { to: 'service', name: 'joined the pending request' }
    const sent = { to: 'phone', name: sentNames[factor] ?? `${factor} sent` }
    this.#add(request.username, {
      from: 'service',
      ...(repeatOf === null ? sent : joined),
      kind: 'push',
      detail: repeatOf === null ? `for ${request.application}` : 'the phone is not asked again',
    })
  }

  settled(txid: string, { status, status_msg: detail }: Outcome): void {
    const waiting = this.#waiting.get(txid)
    if (waiting === undefined) return
    this.#waiting.delete(txid)
    const { username } = waiting.request
    const answer = answers[status]
    if (answer !== undefined && waiting.factor !== 'sms') {
      this.#add(username, { from: 'phone', to: 'service', kind: 'answer', detail, ...answer })
    } else if (status === 'timeout') {
      const name = 'expired'
      this.#add(username, { from: 'service', to: 'phone', kind: 'push', name, detail })
    }
  }

  #add(username: string, event: NewTraceEvent): void {
    const loginId = this.#logins.get(lookupName(username, 'simple'))
    this.#trace.add({ ...event, ...(loginId === undefined ? {} : { loginId }) })
  }
}

function toCallName(name: BegunCall['name']): string {
  return name === 'auth_waiting' ? 'auth' : name
}

function setBounded<Value>(
  map: Map<string, Value>,
  key: string,
  value: Value,
  maxSize: number,
): void {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > maxSize && oldest !== undefined) map.delete(oldest)
}
