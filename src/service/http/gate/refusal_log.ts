import type { AuthApiFailure } from '../../../duo/index.ts'
import type { Clock } from '../../../host/clock.ts'
import type { Log } from '../../../host/log.ts'

/** A request that was refused with 401. */
export interface Refusal {
  readonly failure: AuthApiFailure
  /** The first part of the credentials; `undefined` if the request has none. */
  readonly ikey: string | undefined
  /** The application's name, if the integration key is known. */
  readonly application: string | undefined
  readonly host: string
  readonly from: string
}

const windowMs = 60_000
const linesPerWindow = 60
const maxHost = 255

/**
 * Logs requests with wrong credentials. Identical lines are logged once a minute, and at most sixty
 * lines a minute, so a flood can't fill the log.
 */
export class RefusalLog {
  readonly #log: Log
  readonly #clock: Clock
  readonly #logged = new Set<string>()
  #windowEnds = 0
  #suppressed = 0

  constructor(log: Log, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  refused({ failure, ikey, application, host, from }: Refusal): void {
    const now = this.#clock.now()
    if (now >= this.#windowEnds) {
      this.#windowEnds = now + windowMs
      this.#logged.clear()
    }
    const line = {
      reason: failure.message,
      code: failure.code,
      ...(application === undefined ? {} : { application }),
      ikey: describeIkey(ikey),
      host: printable(host),
      from,
    }
    const kind = JSON.stringify(line)
    if (this.#logged.has(kind) || this.#logged.size >= linesPerWindow) {
      this.#suppressed++
      return
    }
    this.#logged.add(kind)
    this.#log.warn('refused a request with wrong credentials', {
      ...line,
      ...(this.#suppressed === 0 ? {} : { suppressed: this.#suppressed }),
    })
    this.#suppressed = 0
  }
}

/** Logs nothing but integration keys: a client with swapped keys sends its secret key here. */
function describeIkey(ikey: string | undefined): string {
  if (ikey === undefined) return 'none'
  return /^DI[A-Z0-9]{18}$/.test(ikey) ? ikey : 'not an integration key'
}

function printable(text: string): string {
  return text.slice(0, maxHost).replace(/[^\x21-\x7e]/g, '?')
}
