import { once } from 'node:events'
import { connect } from 'node:net'
import { errorText } from '../host/error_text.ts'
import { controlSocketIn } from '../host/installation.ts'
import {
  type ControlAnswer,
  type ControlRequest,
  maxLineOctets,
} from '../proxy/control/control_protocol.ts'
import type { ProxyStatus } from '../proxy/control/proxy_status.ts'

/** The proxy does not answer; `lines` say why. */
export interface NoAnswer {
  readonly ok: false
  /** `not-running`: nothing listens at the socket; `unknown`: it can't be asked, or answers badly. */
  readonly reason: 'not-running' | 'unknown'
  readonly lines: readonly string[]
}

export type ControlOutcome = ControlAnswer | NoAnswer

export type StatusOutcome = { readonly ok: true; readonly status: ProxyStatus } | NoAnswer

const defaultTimeoutMs = 10_000
/** A reload waits until listeners that are gone have answered their pending logins. */
const reloadTimeoutMs = 60_000

/** Asks a running proxy through the control socket in its run folder. */
export class ProxyControl {
  readonly #socket: string

  constructor(runDir: string) {
    this.#socket = controlSocketIn(runDir)
  }

  async status(): Promise<StatusOutcome> {
    const answer = await this.ask({ command: 'status' })
    if (answer.ok) {
      const { status } = answer
      if (status === undefined) return unknown('the proxy answered without its status')
      // a process that is asked to end, or looked at under /proc
      return Number.isSafeInteger(status.pid) && status.pid > 0
        ? { ok: true, status }
        : unknown('the proxy answered with an impossible process id')
    }
    return answer.reason === 'not-running' || answer.reason === 'unknown'
      ? { ...answer, reason: answer.reason }
      : unknown(...answer.lines)
  }

  /** Loads the configuration file again. A file with errors changes nothing. */
  reload(): Promise<ControlOutcome> {
    return this.ask({ command: 'reload' }, reloadTimeoutMs)
  }

  /** Asks the proxy to end. It answers before it has ended. */
  stop(): Promise<ControlOutcome> {
    return this.ask({ command: 'stop' })
  }

  /** Sends any command. */
  async ask(request: ControlRequest, timeoutMs = defaultTimeoutMs): Promise<ControlOutcome> {
    const socket = connect(this.#socket)
    const timer = setTimeout(() => {
      socket.destroy(new Error(`no answer within ${timeoutMs / 1000} s`))
    }, timeoutMs)
    try {
      await once(socket, 'connect')
      socket.write(`${JSON.stringify(request)}\n`)
      let text = ''
      for await (const chunk of socket.setEncoding('utf8')) {
        text += String(chunk)
        if (text.length > maxLineOctets) throw new Error('the answer is too long')
      }
      return parseAnswer(text)
    } catch (error) {
      return this.#toNoAnswer(error)
    } finally {
      clearTimeout(timer)
      socket.destroy()
    }
  }

  #toNoAnswer(error: unknown): NoAnswer {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') {
      return { ok: false, reason: 'not-running', lines: ['the proxy is not running'] }
    }
    if (code === 'EACCES' || code === 'EPERM') {
      return unknown(
        `no permission for ${this.#socket}; run this as root, or as the user that runs the proxy`,
      )
    }
    const reason = errorText(error)
    return unknown(`the proxy can't be asked at ${this.#socket}: ${reason}`)
  }
}

function unknown(...lines: readonly string[]): NoAnswer {
  return { ok: false, reason: 'unknown', lines }
}

function parseAnswer(text: string): ControlOutcome {
  const parsed: unknown = JSON.parse(text)
  if (!isAnswer(parsed))
    throw new Error('the answer is not understood; both must be of one version')
  return parsed
}

function isAnswer(value: unknown): value is ControlAnswer {
  return (
    typeof value === 'object' &&
    value !== null &&
    'ok' in value &&
    typeof value.ok === 'boolean' &&
    'lines' in value &&
    Array.isArray(value.lines)
  )
}
