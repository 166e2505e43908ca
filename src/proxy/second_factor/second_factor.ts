import {
  type AuthAnswer,
  AuthApiFailure,
  AuthApiUnavailable,
  failureDetail,
  failures,
  lookupName,
  oneCall,
  type PreauthAnswer,
  promptWord,
  statusMessage,
} from '../../duo/index.ts'
import type { Log } from '../../host/log.ts'
import { type Grounds, type Login, reject, type Verdict } from '../login/login.ts'
import {
  ApiDown,
  Availability,
  type CheckedApi,
  type CheckOutcome,
  type Since,
  type WatchedCall,
} from './availability.ts'
import { chooseFactor } from './choice.ts'
import { ExemptUsernames } from './exempt_usernames.ts'
import { diagnose } from './failmode.ts'
import { PendingLogins } from './pending_logins.ts'
import type { SignInCounters } from './sign_in_counters.ts'
import { statusText } from './status_text.ts'
import { parseFactor, readTypedWord, type TypedWord } from './typed_word.ts'

type Named = Readonly<Record<string, string | undefined>>

type Call = WatchedCall & { readonly limitMs?: number }

/** The Auth API, over HTTPS. */
export interface AuthApi extends CheckedApi {
  preauth(parameters: Named, call: Call): Promise<PreauthAnswer>
  auth(parameters: Named, call: Call): Promise<AuthAnswer>
}

export interface SecondFactorOptions {
  readonly api: AuthApi
  readonly failmode: 'safe' | 'secure'
  readonly factorAliases: ReadonlyMap<string, string>
  readonly exemptUsernames: readonly string[]
  readonly counters: SignInCounters
  /** How long `check` must have failed before the API counts as down. */
  readonly outageAfterMs: number
  readonly log: Log
}

/** A login and when it began. */
interface Attempt {
  readonly login: Login
  readonly since: Since
  /** By `performance.now()`, since the clock of the system can be set. */
  readonly beganMs: number
}

// parsers of the vendor's log look for these two
const failedSafe = 'Failmode Safe - Allowed Duo login on preauth failure'
const failedSecure = 'Failmode Secure - Denied Duo login on preauth failure'
const refused = 'The sign-in service refused the request. Please contact your administrator.'
const unanswered = 'The sign-in service gave no answer. Please try again.'
const busy = 'The sign-in service is busy. Please try again.'
const unreachable = 'The sign-in service can not be reached. Please contact your administrator.'

/** A passcode is decided within this of its login's beginning: RADIUS clients wait about 20 s. */
const passcodeWithinMs = 15_000
const maxPendingPerUser = 32

/**
 * Asks for the second factor of one sign-in.
 *
 * Two calls as a rule: `preauth` says whether the user may sign in and with which devices, `auth`
 * does it. An API that says that its `auth` decides all that too, and takes the word as it was typed,
 * is asked once. While `check` fails there are two calls again, since an outage decides at `preauth`.
 */
export class SecondFactor {
  readonly availability: Availability
  readonly #options: SecondFactorOptions
  readonly #exempt: ExemptUsernames
  readonly #pending = new PendingLogins(maxPendingPerUser)
  #oneCall = false

  /** @param onCheck Receives the outcome of every `check`. */
  constructor(options: SecondFactorOptions, onCheck: (outcome: CheckOutcome) => void) {
    this.#options = options
    this.#exempt = new ExemptUsernames(options.exemptUsernames)
    this.availability = new Availability(options.api, {
      outageAfterMs: options.outageAfterMs,
      onCheck: (outcome) => {
        const capabilities = outcome.kind === 'answered' ? outcome.answer.capabilities : []
        this.#oneCall = oneCall.every((name) => capabilities.includes(name))
        onCheck(outcome)
      },
    })
  }

  /** Returns a verdict whether or not the API answers. */
  async ask(login: Login): Promise<Verdict> {
    if (this.#exempt.has(login.username)) {
      return this.#accept(login, { grounds: 'exempt', message: 'exempt from the second factor' })
    }
    const word = readTypedWord(login.word, this.#options.factorAliases)
    if (word === undefined) return reject('Type a passcode, push, phone or sms.')
    const user = lookupName(login.username, 'simple')
    if (!this.#pending.enter(user)) return this.#tooMany(login, parseFactor(word))
    try {
      return await this.#askApi(login, word)
    } finally {
      this.#pending.leave(user)
    }
  }

  #tooMany({ label }: Login, factor: string): Verdict {
    const { counters, log } = this.#options
    counters.busy++
    log.error(`${label}: rejected: ${maxPendingPerUser} logins of this user are in progress`)
    return reject(busy, factor)
  }

  async #askApi(login: Login, word: TypedWord): Promise<Verdict> {
    const since = this.availability.now()
    const attempt = { login, since, beganMs: performance.now() }
    const verdict = this.#oneCall ? await this.#askOnce(attempt, word) : undefined
    return verdict ?? this.#askTwice(attempt, word)
  }

  /** @returns `undefined` if the API does not take the word as it was typed, after all. */
  async #askOnce(attempt: Attempt, word: TypedWord): Promise<Verdict | undefined> {
    try {
      const parameters = { factor: 'prompt', prompt: promptWord(word) }
      return await this.#auth(attempt, parameters, parseFactor(word))
    } catch (error) {
      // nothing was started: preauth lists the devices, so the user learns what is possible
      if (error instanceof AuthApiFailure && error.status === 400) return undefined
      return this.#failed(attempt, parseFactor(word), 'auth', error)
    }
  }

  async #askTwice(attempt: Attempt, word: TypedWord): Promise<Verdict> {
    const { api, log } = this.#options
    const { login } = attempt
    const { username, ipaddr } = login
    let asking: 'preauth' | 'auth' = 'preauth'
    let { since } = attempt
    try {
      const answer = await this.availability.watch(since, { irrevocable: false }, (call) =>
        api.preauth({ username, ipaddr }, call),
      )
      log.info(`${login.label}: Got preauth result for: '${answer.result}'`)
      if (answer.result !== 'auth') return this.#preauthVerdict(login, answer)
      asking = 'auth'
      // this login's own answer to preauth is no evidence that others are served
      since++
      const choice = chooseFactor(word, answer.devices)
      if (choice.kind === 'impossible') return reject(choice.message, parseFactor(word))
      return await this.#auth({ ...attempt, since }, choice.parameters, parseFactor(word))
    } catch (error) {
      return this.#failed({ ...attempt, since }, parseFactor(word), asking, error)
    }
  }

  #preauthVerdict(login: Login, answer: Exclude<PreauthAnswer, { result: 'auth' }>): Verdict {
    switch (answer.result) {
      case 'allow':
        return this.#accept(login, { grounds: 'preauth', ...statusText(answer) })
      case 'deny':
      case 'enroll':
        return { kind: 'reject', factor: undefined, ...statusText(answer) }
    }
  }

  async #auth(attempt: Attempt, parameters: Named, factor: string): Promise<Verdict> {
    const { api, log } = this.#options
    const { login, since, beganMs } = attempt
    const { username, ipaddr } = login
    const limitMs = Math.max(1, beganMs + passcodeWithinMs - performance.now())
    const answer = await this.availability.watch(since, { irrevocable: true }, (call) =>
      api.auth({ username, ipaddr, ...parameters }, { ...call, limitMs }),
    )
    const text = statusText(answer)
    log.info(`${login.label}: Duo authentication returned '${answer.result}': '${text.message}'`)
    return answer.result === 'allow'
      ? this.#accept(login, { grounds: 'auth', ...text, factor })
      : { kind: 'reject', ...text, factor }
  }

  async #failed(
    { login, since }: Attempt,
    factor: string,
    asking: 'preauth' | 'auth',
    error: unknown,
  ): Promise<Verdict> {
    const { log, failmode, counters } = this.#options
    if (error instanceof AuthApiFailure) {
      log.error(`${login.label}: ${asking} was refused: ${error.code} ${error.message}`)
      return reject(refusalText(error), factor)
    }
    if (!(error instanceof AuthApiUnavailable || error instanceof ApiDown)) throw error
    const reason = error instanceof ApiDown ? '' : `${error.reason}: `
    log.error(`${login.label}: ${asking} failed: ${reason}${error.message}`)
    const diagnosis = await diagnose({ asking, error, since }, this.availability)
    if (diagnosis.kind === 'unanswered') return reject(unanswered, factor)
    if (diagnosis.kind === 'busy') {
      counters.busy++
      log.error(`${login.label}: rejected: the API answers, but not in time`)
      return reject(busy, factor)
    }
    const { evidence } = diagnosis
    if (failmode === 'safe') {
      counters.failOpens++
      const grounds = 'failmode safe'
      return this.#accept(login, { grounds, message: failedSafe, factor, evidence })
    }
    counters.failClosed++
    log.error(`${login.label}: ${failedSecure}: ${evidence}`)
    return { ...reject(failedSecure, factor), userMessage: unreachable, evidence }
  }

  /** The only way to let a user in, on one of the four `Grounds`. */
  #accept(
    login: Login,
    accepted: {
      readonly grounds: Grounds
      readonly message: string
      readonly userMessage?: string
      readonly factor?: string
      readonly evidence?: string
    },
  ): Verdict {
    const { grounds, message, factor, evidence } = accepted
    if (grounds === 'exempt' || grounds === 'failmode safe') {
      const why = evidence === undefined ? '' : ` (${evidence})`
      this.#options.log.warn(`${login.label}: let in without a second factor: ${message}${why}`, {
        failOpens: this.#options.counters.failOpens,
      })
    }
    return { kind: 'accept', ...accepted, factor }
  }
}

/** The user sees what the API found wrong with the request, as `no capable device`. */
function refusalText({ status, detail, message }: AuthApiFailure): string {
  if (status === failures.tooManyRequests.status) return busy
  if (status !== failures.invalidParameters.status) return refused
  return detail === failureDetail.noCapableDevice ? statusMessage.noCapableDevice : message
}
