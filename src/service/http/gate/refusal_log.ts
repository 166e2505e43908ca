import type { AuthApiFailure } from '../../../duo/index.ts'
import type { Clock } from '../../../host/clock.ts'
import type { Log } from '../../../host/log.ts'

/** A request that was refused with 401. */
export interface Refusal {
  readonly failure: AuthApiFailure
  /** The first part of the credentials, `undefined` where there are none. */
  readonly ikey: string | undefined
  /** The application's name, where the integration key is known. */
  readonly application: string | undefined
  readonly host: string
  readonly from: string
}

const spanMs = 60_000
const linesPerSpan = 60
const maxHost = 255

/**
 * Logs requests with wrong credentials: each kind once a minute, and sixty kinds at most, so that a
 * flood does not fill the log.
 */
export class RefusalLog {
  readonly #log: Log
  readonly #clock: Clock
  readonly #logged = new Set<string>()
  #spanEnds = 0
  #suppressed = 0

  constructor(log: Log, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  refused({ failure, ikey, application, host, from }: Refusal): void {
    const now = this.#clock.now()
    if (now >= this.#spanEnds) {
      this.#spanEnds = now + spanMs
      this.#logged.clear()
    }
    const line = {
      reason: failure.message,
      code: failure.code,
      ...(application === undefined ? {} : { application }),
      ikey: loggedIkey(ikey),
      host: printable(host),
      from,
    }
    const kind = JSON.stringify(line)
    if (this.#logged.has(kind) || this.#logged.size >= linesPerSpan) {
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

/** Only what has the form of an integration key: a client with swapped keys sends its secret key here. */
function loggedIkey(ikey: string | undefined): string {
  if (ikey === undefined) return 'none'
  return /^DI[A-Z0-9]{18}$/.test(ikey) ? ikey : 'not an integration key'
}

function printable(text: string): string {
  return text.slice(0, maxHost).replace(/[^\x21-\x7e]/g, '?')
}
