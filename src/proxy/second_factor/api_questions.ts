import {
  type AuthAnswer,
  AuthApiFailure,
  AuthApiUnavailable,
  type Device,
  failureDetail,
  failures,
  type PreauthAnswer,
  promptWord,
  statusMessage,
} from '../../duo/index.ts'
import type { Cancellation } from '../../host/cancellation.ts'
import type { Log } from '../../host/log.ts'
import type { Stalls } from '../../host/stall_meter.ts'
import type { Login, RequestIdentity } from '../login/login.ts'
import { type Reject, reject, type Verdict } from '../login/verdict.ts'
import {
  ApiDown,
  type Availability,
  type CheckedApi,
  type Since,
  type WatchedCall,
} from './availability.ts'
import { chooseFactor } from './choice.ts'
import { PendingRequests } from './pending_requests.ts'
import type { RequestReference } from './request_reference.ts'
import { busy, statusText } from './status_text.ts'
import { factorName, type TypedWord } from './typed_word.ts'

type Parameters = Readonly<Record<string, string | undefined>>

type Call = WatchedCall & {
  readonly limitMs?: number
  readonly requestedMs?: (() => number) | undefined
}

/** The Auth API, over HTTPS. */
export interface AuthApi extends CheckedApi {
  preauth(parameters: Parameters, call: Call): Promise<PreauthAnswer>
  auth(parameters: Parameters, call: Call): Promise<AuthAnswer>
  authResponse(parameters: Parameters, call: Call): Promise<AuthAnswer>
  /** Says that the request of a pending `auth` or `authResponse` was transmitted again. */
  noteRetransmission(
    pending: 'auth' | 'authResponse',
    parameters: Parameters,
    signal: Cancellation,
  ): Promise<void>
}

/** A login, and when the proxy began to ask about it. */
export interface Attempt {
  readonly login: Login
  readonly since: Since
  /** By `performance.now()`, because the system clock can be set. */
  readonly beganMs: number
  /** How long the request may have waited before that, because the proxy could not run. */
  readonly unreadMs: number
}

/** The API wants a second factor; the user may use one of these devices. */
export interface DeviceChoice {
  readonly kind: 'choose'
  readonly devices: readonly Device[]
}

type Asking = 'preauth' | 'auth'

/** A question that got no answer; `failmode` decides. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered'
  readonly asking: Asking
  readonly reason: AuthApiUnavailable | ApiDown
  readonly since: Since

  constructor(asking: Asking, reason: AuthApiUnavailable | ApiDown, since: Since) {
    super(`${asking}: ${reason.message}`)
    this.asking = asking
    this.reason = reason
    this.since = since
  }
}

const refused = 'The sign-in service refused the request. Please contact your administrator.'

/** Time for a passcode, from the beginning of its attempt: RADIUS clients wait about 20 s. */
const passcodeWithinMs = 15_000

/** Asks the API about logins, and turns its answers into verdicts. */
export class ApiQuestions {
  readonly #api: AuthApi
  readonly #availability: Availability
  readonly #reference: RequestReference
  readonly #stalls: Stalls
  readonly #log: Log
  readonly #pending = new PendingRequests(() => performance.now())

  constructor(
    api: AuthApi,
    availability: Availability,
    reference: RequestReference,
    stalls: Stalls,
    log: Log,
  ) {
    this.#stalls = stalls
    this.#api = api
    this.#availability = availability
    this.#reference = reference
    this.#log = log
  }

  begin(login: Login): Attempt {
    const since = this.#availability.now()
    return { login, since, beganMs: performance.now(), unreadMs: this.#stalls.unreadMs }
  }

  /**
   * Asks whether the user may sign in, and with which devices.
   *
   * @param factor The factor that the user asked for, if it is known.
   * @throws {Unanswered}
   */
  async preauth(
    { login, since }: Attempt,
    factor: string | undefined,
  ): Promise<Verdict | DeviceChoice> {
    const { username, clientAddress: ipaddr } = login
    try {
      const answer = await this.#availability.watch(since, { irrevocable: false }, (call) =>
        this.#api.preauth({ username, ipaddr }, call),
      )
      this.#log.debug(`${login.label}: Got preauth result for: '${answer.result}'`)
      return toPreauthVerdict(answer)
    } catch (error) {
      return this.#refusal(login, factor, 'preauth', asAnswered(error, 'preauth', since))
    }
  }

  /**
   * Asks for the second factor.
   *
   * @param devices As `preauth` listed them.
   * @throws {Unanswered}
   */
  auth(attempt: Attempt, word: TypedWord, devices: readonly Device[]): Verdict | Promise<Verdict> {
    const choice = chooseFactor(word, devices)
    const factor = factorName(word)
    if (choice.kind === 'impossible') return reject(choice.message, factor)
    return this.#auth('auth', attempt, choice.parameters, factor, (failure) =>
      this.#refusal(attempt.login, factor, 'auth', failure),
    )
  }

  /**
   * Asks for the second factor in one call, for an API that takes the word as it was typed.
   *
   * @returns `undefined` if the API does not take it: nothing was started, and `preauth` lists what is
   *   possible.
   * @throws {Unanswered}
   */
  authAsTyped(attempt: Attempt, word: TypedWord): Promise<Verdict | undefined> {
    const factor = factorName(word)
    const parameters = { factor: 'prompt', prompt: promptWord(word) }
    return this.#auth('auth', attempt, parameters, factor, (failure) =>
      failure.status === failures.invalidParameters.status
        ? undefined
        : this.#refusal(attempt.login, factor, 'auth', failure),
    )
  }

  /**
   * Asks for the second factor of a login by CHAP or MS-CHAP. Only the API finds out what was typed.
   *
   * @param parameters Those of `auth_response`.
   * @throws {Unanswered}
   */
  authResponse(attempt: Attempt, parameters: Parameters): Promise<Verdict> {
    return this.#auth('authResponse', attempt, parameters, undefined, (failure) =>
      this.#refusal(attempt.login, undefined, 'auth', failure),
    )
  }

  /**
   * @param askedFactor For the log, if the API does not name the factor.
   * @param refused What follows if the API refuses the request.
   * @throws {Unanswered}
   */
  async #auth<Refused>(
    question: 'auth' | 'authResponse',
    attempt: Attempt,
    parameters: Parameters,
    askedFactor: string | undefined,
    refused: (failure: AuthApiFailure) => Refused,
  ): Promise<Verdict | Refused> {
    const { login, since, beganMs, unreadMs } = attempt
    const { username, clientAddress: ipaddr } = login
    // after a restart of the proxy, a retransmission may be the first request
    if (this.#reference.isUnknown) await this.#availability.ping()
    const named = this.#reference.parameters(login, unreadMs)
    const asked: Parameters = { ...parameters, username, ipaddr, ...named }
    const limitMs = Math.max(1, beganMs + passcodeWithinMs - performance.now())
    const pending =
      named === undefined
        ? undefined
        : this.#pending.begin(login.request, beganMs, (signal) =>
            this.#api.noteRetransmission(question, asked, signal),
          )
    const requestedMs = pending && (() => pending.transmittedAt)
    try {
      const answer = await this.#availability.watch(since, { irrevocable: true }, (call) =>
        this.#api[question](asked, { ...call, limitMs, requestedMs }),
      )
      return this.#toVerdict(login, answer, askedFactor)
    } catch (error) {
      return refused(asAnswered(error, 'auth', since))
    } finally {
      pending?.end()
    }
  }

  #toVerdict({ label }: Login, answer: AuthAnswer, askedFactor: string | undefined): Verdict {
    const { factor = askedFactor, authenticator_response: serverProof } = answer
    const text = statusText(answer)
    const logged = `Duo authentication returned '${answer.result}': '${text.message}'`
    this.#log.debug(`${label}: ${logged}`)
    return answer.result === 'allow'
      ? { kind: 'accept', grounds: 'auth', ...text, factor, serverProof, answer: logged }
      : { kind: 'reject', ...text, factor, answer: logged }
  }

  /** The request of a pending login arrived again, so its client still waits. */
  retransmitted(request: RequestIdentity): void {
    this.#pending.retransmitted(request)
  }

  #refusal(
    { label }: Login,
    factor: string | undefined,
    asking: Asking,
    failure: AuthApiFailure,
  ): Reject {
    this.#log.error(`${label}: ${asking} was refused: ${failure.code} ${failure.message}`)
    return reject(toRefusalText(failure), factor)
  }
}

function toPreauthVerdict(answer: PreauthAnswer): Verdict | DeviceChoice {
  switch (answer.result) {
    case 'auth':
      return { kind: 'choose', devices: answer.devices }
    case 'allow':
      return { kind: 'accept', grounds: 'preauth', ...preauthText(answer) }
    case 'deny':
    case 'enroll':
      return { kind: 'reject', ...preauthText(answer) }
  }
}

function preauthText(answer: Exclude<PreauthAnswer, { readonly result: 'auth' }>) {
  const text = statusText(answer)
  return { ...text, answer: `Got preauth result for: '${answer.result}': '${text.message}'` }
}

/** Returns the API's refusal; throws everything else. */
function asAnswered(error: unknown, asking: Asking, since: Since): AuthApiFailure {
  if (error instanceof AuthApiFailure) return error
  if (error instanceof AuthApiUnavailable || error instanceof ApiDown) {
    throw new Unanswered(asking, error, since)
  }
  throw error
}

/** The user sees what the API found wrong with the request, such as `no capable device`. */
function toRefusalText({ status, detail, message }: AuthApiFailure): string {
  if (status === failures.tooManyRequests.status) return busy
  if (status !== failures.invalidParameters.status) return refused
  return detail === failureDetail.noCapableDevice ? statusMessage.noCapableDevice : message
}
