import {
  type AuthAnswer,
  AuthApiFailure,
  AuthApiUnavailable,
  type CheckAnswer,
  failureDetail,
  oneCall,
  type PreauthAnswer,
  promptWord,
  statusMessage,
} from '../../duo/index.ts'
import type { Log } from '../../host/log.ts'
import { type Login, reject, type Verdict } from '../login/login.ts'
import { chooseFactor } from './choice.ts'
import { ExemptUsernames } from './exempt_usernames.ts'
import { factorOf, readTypedWord, type TypedWord } from './typed_word.ts'

type Named = Readonly<Record<string, string | undefined>>

/** Who is asked about the second factor: the Auth API, over HTTPS. */
export interface AuthApi {
  check(): Promise<CheckAnswer>
  preauth(parameters: Named): Promise<PreauthAnswer>
  auth(parameters: Named): Promise<AuthAnswer>
}

export interface SecondFactorOptions {
  readonly api: AuthApi
  readonly failmode: 'safe' | 'secure'
  readonly factorAliases: ReadonlyMap<string, string>
  readonly exemptUsernames: readonly string[]
  readonly log: Log
}

/** Why a sign-in is let in: there are no other reasons than these. */
type Grounds = 'auth' | 'preauth' | 'exempt' | 'failmode safe'

// parsers of the vendor's log look for these two
const failedSafe = 'Failmode Safe - Allowed Duo login on preauth failure'
const failedSecure = 'Failmode Secure - Denied Duo login on preauth failure'
const refused = 'The sign-in service refused the request. Please contact your administrator.'
const unanswered = 'The sign-in service gave no answer. Please try again.'

/**
 * Asks for the second factor of one sign-in.
 *
 * Two calls as a rule: `preauth` says whether the user may and with which devices, `auth` does it.
 * An API that says that its `auth` decides all that too, and takes the word as it was typed, is
 * asked once.
 *
 * `failmode` is decided here and nowhere else: `isForFailmode` says when.
 */
export class SecondFactor {
  readonly #options: SecondFactorOptions
  readonly #exempt: ExemptUsernames
  #oneCall = false

  constructor(options: SecondFactorOptions) {
    this.#options = options
    this.#exempt = new ExemptUsernames(options.exemptUsernames)
  }

  /** Asks what the API can do; until it has been answered, two calls are made. */
  async learnCapabilities(): Promise<void> {
    const { capabilities } = await this.#options.api.check()
    this.#oneCall = oneCall.every((name) => capabilities.includes(name))
  }

  /** Never throws for what the API does or does not do: whatever it is, there is a verdict. */
  async ask(login: Login): Promise<Verdict> {
    if (this.#exempt.has(login.username)) {
      return this.#accept(login, 'exempt', 'exempt from the second factor', undefined)
    }
    const word = readTypedWord(login.word, this.#options.factorAliases)
    if (word === undefined) return reject('Type a passcode, push, phone or sms.')
    return (this.#oneCall ? await this.#asked(login, word) : undefined) ?? this.#twice(login, word)
  }

  /** @returns `undefined` where the API does not take the word as it was typed, after all. */
  async #asked(login: Login, word: TypedWord): Promise<Verdict | undefined> {
    try {
      return await this.#auth(login, { factor: 'prompt', prompt: promptWord(word) }, factorOf(word))
    } catch (error) {
      // nothing was started: preauth tells the devices, and with them what to say to the user
      if (error instanceof AuthApiFailure && error.status === 400) return undefined
      // preauth is asked next time, until the API says anew what it can do
      this.#oneCall = false
      return this.#failed(login, factorOf(word), 'auth', error)
    }
  }

  async #twice(login: Login, word: TypedWord): Promise<Verdict> {
    const { api, log } = this.#options
    const { username, ipaddr } = login
    let asking: 'preauth' | 'auth' = 'preauth'
    try {
      const answer = await api.preauth({ username, ipaddr })
      log.info(`${login.label}: Got preauth result for: '${answer.result}'`)
      if (answer.result !== 'auth') return this.#preauthVerdict(login, answer)
      asking = 'auth'
      const choice = chooseFactor(word, answer.devices)
      if (choice.kind === 'impossible') return reject(choice.message, factorOf(word))
      return await this.#auth(login, choice.parameters, factorOf(word))
    } catch (error) {
      return this.#failed(login, factorOf(word), asking, error)
    }
  }

  #preauthVerdict(login: Login, answer: Exclude<PreauthAnswer, { result: 'auth' }>): Verdict {
    switch (answer.result) {
      case 'allow':
        return this.#accept(login, 'preauth', answer.status_msg, undefined)
      case 'deny':
        return reject(answer.status_msg)
      case 'enroll':
        return rejectWithPortal(answer)
    }
  }

  async #auth(login: Login, parameters: Named, factor: string | undefined): Promise<Verdict> {
    const { username, ipaddr } = login
    const answer = await this.#options.api.auth({ username, ipaddr, ...parameters })
    this.#options.log.info(
      `${login.label}: Duo authentication returned '${answer.result}': '${withoutPortal(answer)}'`,
    )
    return answer.result === 'allow'
      ? this.#accept(login, 'auth', answer.status_msg, factor)
      : rejectWithPortal(answer, factor)
  }

  #failed(
    login: Login,
    factor: string | undefined,
    asking: 'preauth' | 'auth',
    error: unknown,
  ): Verdict {
    const { log, failmode } = this.#options
    if (error instanceof AuthApiFailure) {
      log.error(`${login.label}: ${asking} was refused: ${error.code} ${error.message}`)
      return reject(error.status === 400 ? badRequest(error) : refused, factor)
    }
    if (!(error instanceof AuthApiUnavailable)) throw error
    log.error(`${login.label}: ${asking} failed: ${error.reason}: ${error.message}`)
    if (!isForFailmode(asking, error)) return reject(unanswered, factor)
    if (failmode === 'safe') return this.#accept(login, 'failmode safe', failedSafe, factor)
    log.error(`${login.label}: ${failedSecure}`)
    return reject(failedSecure, factor)
  }

  /**
   * Every sign-in that is let in comes through here, on one of these grounds:
   *
   * - `auth`: the API's `auth` said `allow`;
   * - `preauth`: the API's `preauth` said `allow` (a user in bypass, a policy);
   * - `exempt`: the administrator named the user in `exempt_username_N`;
   * - `failmode safe`: the API could not be asked, and the administrator wants that then.
   */
  #accept(login: Login, grounds: Grounds, message: string, factor: string | undefined): Verdict {
    if (grounds === 'exempt' || grounds === 'failmode safe') {
      this.#options.log.warn(`${login.label}: let in without a second factor: ${message}`)
    }
    return { kind: 'accept', message, factor }
  }
}

/**
 * Whether `failmode` says what becomes of a sign-in, or it is rejected in either mode.
 *
 * At preauth: where the API could not be reached or said itself that it can't decide, not where it
 * answered something else. At auth: only where the request certainly never reached it, or it said
 * itself that it can't. Once `auth` may have been received, no answer is what somebody gets whose
 * push nobody approves: if `safe` let him in, an attacker would only have to wait for `api_timeout`.
 */
function isForFailmode(asking: 'preauth' | 'auth', error: AuthApiUnavailable): boolean {
  if (error.reason === 'malformed') return false
  return asking === 'preauth' || error.reason === 'http_5xx' || !error.mayHaveBeenReceived
}

type PortalAnswer = Pick<AuthAnswer, 'status_msg' | 'enroll_portal_url'>

/** Anyone who has the enrolment link can enrol as that user, so only the user sees it. */
function rejectWithPortal(answer: PortalAnswer, factor?: string): Verdict {
  const { status_msg, enroll_portal_url = '' } = answer
  const message = withoutPortal(answer)
  if (enroll_portal_url === '') return reject(message, factor)
  const userMessage = status_msg.includes(enroll_portal_url)
    ? status_msg
    : `${status_msg} ${enroll_portal_url}`.trim()
  return { ...reject(message, factor), userMessage }
}

/** The status text as a log may show it: some services repeat the link in it. */
function withoutPortal({ status_msg, enroll_portal_url = '' }: PortalAnswer): string {
  return enroll_portal_url === ''
    ? status_msg
    : status_msg.replaceAll(enroll_portal_url, '[enrolment link]')
}

/** What the API found wrong with a request is for the user to know: `no capable device`. */
function badRequest({ detail, message }: AuthApiFailure): string {
  return detail === failureDetail.noCapableDevice ? statusMessage.noCapableDevice : message
}
