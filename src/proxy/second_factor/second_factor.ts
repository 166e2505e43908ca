import {
  challengeResponses,
  type Device,
  lookupName,
  oneCall,
  promptWord,
} from '../../duo/index.ts'
import type { Secret } from '../../host/secret.ts'
import type { StallMeter } from '../../host/stall_meter.ts'
import type { TimerWheel } from '../../host/timer_wheel.ts'
import type { ChallengeResponse } from '../../radius/index.ts'
import type { Login, RequestIdentity } from '../login/login.ts'
import { nothingTyped, reject, type Verdict } from '../login/verdict.ts'
import type { PrimaryAccepted } from '../primary/primary.ts'
import {
  ApiQuestions,
  type Attempt,
  type AuthApi,
  type DeviceChoice,
  Unanswered,
} from './api_questions.ts'
import { Availability, type CheckOutcome } from './availability.ts'
import { ExemptUsernames } from './exempt_usernames.ts'
import { Failmode, type FailmodeOptions } from './failmode.ts'
import { PendingLogins } from './pending_logins.ts'
import { decidePrimaryOnly, type PrimaryOnlySwitch } from './primary_only_verdict.ts'
import { RequestReference } from './request_reference.ts'
import { responseParameters } from './response_parameters.ts'
import type { RetriedLogins } from './retried_logins.ts'
import { type RetrySettings, retrySchedule } from './retry_settings.ts'
import { busy } from './status_text.ts'
import { factorName, readTypedWord, type TypedWord } from './typed_word.ts'
import { acceptWithoutSecondFactor } from './without_second_factor.ts'

export interface SecondFactorOptions extends FailmodeOptions {
  readonly api: AuthApi
  /** Signs requests, and names RADIUS requests to the API. */
  readonly skey: Secret
  readonly factorAliases: ReadonlyMap<string, string>
  readonly exemptUsernames: readonly string[]
  /** How long `check` must have failed before the API counts as down. */
  readonly outageAfterMs: number
  /** When another worker last had an answer of the API, by `machineMs`. */
  readonly answeredElsewhereMs: () => number | undefined
  /** Logins of one user that may be in progress at once. */
  readonly maxPendingPerUser: number
  /** Notices calls that are slow. */
  readonly timers: TimerWheel
  readonly stalls: StallMeter
  /** Whether an administrator has switched second factors off. */
  readonly primaryOnly: PrimaryOnlySwitch
  /** How the RADIUS client retries. */
  readonly retries: RetrySettings
  /** The logins that retries may join, also of earlier configurations. */
  readonly retriedLogins: RetriedLogins
  /** Section and API: logins of different ones never join. */
  readonly application: string
}

/**
 * The second factor of a login: parses what the user typed, asks the API, and applies `failmode` if
 * there is no answer.
 *
 * `ask` does all of it. A mode that shows the user a choice in between calls `preauth` and `auth`.
 */
export class SecondFactor {
  readonly availability: Availability
  readonly #options: SecondFactorOptions
  readonly #questions: ApiQuestions
  readonly #failmode: Failmode
  readonly #exempt: ExemptUsernames
  readonly #pending: PendingLogins
  readonly #reference: RequestReference
  /** Whether the API's `auth` also does what `preauth` does, and takes the word as it was typed. */
  #asksOnce = false
  /** Whether the API takes proofs of CHAP and MS-CHAP; `undefined` until it has answered a `check`. */
  #takesResponses: boolean | undefined

  /** @param onCheck Receives the outcome of every `check`. */
  constructor(options: SecondFactorOptions, onCheck: (outcome: CheckOutcome) => void) {
    this.#options = options
    this.#pending = new PendingLogins(options.maxPendingPerUser)
    const reference = new RequestReference(options.skey)
    this.#reference = reference
    this.#exempt = new ExemptUsernames(options.exemptUsernames)
    const { api, answeredElsewhereMs } = options
    // an answer to any worker shows that the API is not down
    const checked = {
      get answers() {
        return api.answers
      },
      get answeredElsewhereMs() {
        return answeredElsewhereMs()
      },
      check: () => api.check(),
    }
    this.availability = new Availability(checked, {
      outageAfterMs: options.outageAfterMs,
      timers: options.timers,
      stalls: options.stalls,
      onCheck: (outcome) => {
        if (outcome.kind === 'answered') {
          reference.checked(outcome.answer)
          this.#takesResponses = outcome.answer.capabilities.includes(challengeResponses)
        }
        const capabilities = outcome.kind === 'answered' ? outcome.answer.capabilities : []
        // not while `check` fails: failmode applies to preauth
        this.#asksOnce = oneCall.every((name) => capabilities.includes(name))
        onCheck(outcome)
      },
    })
    this.#questions = new ApiQuestions(
      options.api,
      this.availability,
      reference,
      options.stalls,
      options.log,
    )
    this.#failmode = new Failmode(options, this.availability)
  }

  /**
   * Checks the second factor in one go.
   *
   * @param typed What the user typed for the second factor.
   * @param primary What the check of the password said; only a mode that has it may ask.
   */
  ask(login: Login, typed: string, primary: PrimaryAccepted): Verdict | Promise<Verdict> {
    const decided = this.#decideWithoutAsking(login, primary)
    if (decided !== undefined) return decided
    const word = readTypedWord(typed, this.#options.factorAliases)
    if (word === undefined) return reject(nothingTyped)
    this.#logWaiting(login, word)
    const ask = () =>
      this.#limited(login, factorName(word), (attempt) => this.#askApi(attempt, word))
    // a passcode is valid once, and nobody waits for it
    return word.kind === 'passcode' ? ask() : this.#joined(login, word, ask)
  }

  /**
   * Checks the second factor of a login whose client hides what was typed (CHAP, MS-CHAP), in one go. Only
   * an API that offers it can find out what it was.
   */
  async askByResponse(
    login: Login,
    proof: ChallengeResponse,
    primary: PrimaryAccepted,
  ): Promise<Verdict> {
    if (this.#takesResponses === undefined) await this.availability.ping()
    if (this.#takesResponses === false) return this.#rejectProtocol(login, proof)
    const decided = this.#decideWithoutAsking(login, primary)
    if (decided !== undefined) return decided
    const parameters = responseParameters(proof, this.#options.factorAliases)
    return this.#limited(login, undefined, async (attempt) => {
      if (this.#asksOnce) return this.#questions.authResponse(attempt, parameters)
      const answer = await this.#questions.preauth(attempt, undefined)
      if (answer.kind !== 'choose') return answer
      if (this.#takesResponses !== true) return this.#rejectProtocol(login, proof)
      return this.#questions.authResponse(afterPreauth(attempt), parameters)
    })
  }

  /** Asks whether the user may sign in; for a challenge that lists the user's devices. */
  async preauth(login: Login, primary: PrimaryAccepted): Promise<Verdict | DeviceChoice> {
    const decided = this.#decideWithoutAsking(login, primary)
    if (decided !== undefined) return decided
    return this.#limited(login, undefined, (attempt) => this.#questions.preauth(attempt, undefined))
  }

  /** The request of a pending login arrived again. */
  retransmitted(request: RequestIdentity): void {
    this.#questions.retransmitted(request)
    this.#options.retriedLogins.retransmitted(request)
  }

  /** Rejects logins whose approval waits for the request that it lets in. */
  close(): void {
    this.availability.close()
    this.#options.retriedLogins.release(this)
  }

  /**
   * Checks the second factor after `preauth`.
   *
   * @param devices As `preauth` returned them.
   */
  async auth(login: Login, typed: string, devices: readonly Device[]): Promise<Verdict> {
    const decided = this.#decideWithoutAsking(login, undefined)
    if (decided !== undefined) return decided
    const word = readTypedWord(typed, this.#options.factorAliases)
    if (word === undefined) return reject(nothingTyped)
    this.#logWaiting(login, word)
    return this.#limited(login, factorName(word), (attempt) =>
      this.#questions.auth(attempt, word, devices),
    )
  }

  /** A sign-in has one line, at its end; the end of this one may be a minute away. */
  #logWaiting({ label, username }: Login, word: TypedWord): void {
    if (word.kind === 'passcode') return
    this.#options.log.info(`${label}: login attempt for username '${username}': ${word.factor}`)
  }

  /**
   * Decides on logins that need no second factor. This is the only place where primary-only mode has
   * an effect.
   *
   * @param primary `undefined` for the reply to a challenge, whose password was in an earlier request.
   */
  #decideWithoutAsking(login: Login, primary: PrimaryAccepted | undefined): Verdict | undefined {
    const { primaryOnly, counters, log } = this.#options
    if (primary !== undefined && this.#exempt.has(login.username)) return this.#acceptExempt(login)
    if (!primaryOnly.isActive()) return undefined
    const verdict = decidePrimaryOnly(login, primary, counters, log)
    primaryOnly.count(verdict.kind === 'accept' ? 'accepted' : 'rejected')
    return verdict
  }

  /** Decides a login together with the one that it retries, unless the API joins them itself. */
  async #joined(
    login: Login,
    word: Exclude<TypedWord, { readonly kind: 'passcode' }>,
    ask: () => Promise<Verdict>,
  ): Promise<Verdict> {
    const { retries, retriedLogins, application, counters, log } = this.#options
    const schedule = retrySchedule(retries)
    if (schedule === undefined) return ask()
    const arrivedMs = retriedLogins.now()
    const { request, username, clientAddress = '' } = login
    const user = lookupName(username, 'none')
    const asked = JSON.stringify([
      ...[application, schedule, request.source, user, clientAddress],
      promptWord(word),
    ])
    // while one waits, the API is known to join none, also by a new configuration
    if (!retriedLogins.isWaiting(asked)) {
      if (this.#reference.isUnknown) await this.availability.ping()
      if (!this.#reference.isRefused) return ask()
    }
    const isSms = word.factor === 'sms'
    const retriable = { login, asked, schedule, arrivedMs, isSms, counters, log, owner: this }
    return retriedLogins.decide(retriable, ask)
  }

  /** Asks in one call if the API offers it, and else in two. */
  async #askApi(attempt: Attempt, word: TypedWord): Promise<Verdict> {
    if (this.#asksOnce) {
      const verdict = await this.#questions.authAsTyped(attempt, word)
      if (verdict !== undefined) return verdict
    }
    const answer = await this.#questions.preauth(attempt, factorName(word))
    if (answer.kind !== 'choose') return answer
    return await this.#questions.auth(afterPreauth(attempt), word, answer.devices)
  }

  /** Asks the API, unless too many logins of this user are in progress. */
  async #limited<Answer>(
    login: Login,
    factor: string | undefined,
    ask: (attempt: Attempt) => Answer | Promise<Answer>,
  ): Promise<Answer | Verdict> {
    const user = lookupName(login.username, 'simple')
    if (!this.#pending.enter(user)) return this.#rejectAsBusy(login, factor)
    try {
      return await ask(this.#questions.begin(login))
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error
      return await this.#failmode.decide(login, error, factor)
    } finally {
      this.#pending.leave(user)
    }
  }

  #rejectProtocol({ label }: Login, { protocol }: ChallengeResponse): Verdict {
    this.#options.log.warn(
      `${label}: Missing or improperly formatted password: the appliance uses ${protocol}, which hides what was typed, and the API at api_host does not offer to check it; set it to PAP (Amazon WorkSpaces: AuthenticationProtocol PAP), or set api_host to a Countersign service`,
    )
    const message = `Missing or improperly formatted password (${protocol})`
    return { ...reject(message), userMessage: wrongProtocol }
  }

  #rejectAsBusy({ label }: Login, factor: string | undefined): Verdict {
    const { counters, log } = this.#options
    counters.busy++
    log.error(
      `${label}: rejected: ${this.#options.maxPendingPerUser} logins of this user are in progress`,
    )
    return reject(busy, factor)
  }

  #acceptExempt(login: Login): Verdict {
    const { counters, log } = this.#options
    const message = 'exempt from the second factor'
    return acceptWithoutSecondFactor(login, { grounds: 'exempt', message }, counters, log)
  }
}

const wrongProtocol = 'The sign-in request could not be read. Please contact your administrator.'

/** This login's own answer to preauth is no evidence that the API answers others. */
function afterPreauth(attempt: Attempt): Attempt {
  return { ...attempt, since: { ...attempt.since, answers: attempt.since.answers + 1 } }
}
