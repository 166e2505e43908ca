import {
  type AuthAnswer,
  AuthApiFailure,
  type CheckAnswer,
  oneCall,
  type PreauthAnswer,
} from '../../duo/index.ts'
import type { Log } from '../../host/log.ts'
import { type Login, reject, type Verdict } from '../login/login.ts'
import { chooseFactor } from './choice.ts'
import { factorOf, promptOf, readTypedWord, type TypedWord } from './typed_word.ts'

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
  /**
   * Tells an API that could not be asked from every other error, and whether the request may have
   * reached it nevertheless.
   */
  readonly unavailable: (error: unknown) => Unavailable | undefined
  readonly log: Log
}

export interface Unavailable {
  /** The API has answered, and said that it can't decide (HTTP 5xx). */
  readonly saidSo: boolean
  readonly mayHaveBeenReceived: boolean
  readonly message: string
}

type Word = Exclude<TypedWord, { kind: 'nothing' }>

/** Why a sign-in is let in: there are no other reasons than these. */
type Grounds =
  | { readonly grounds: 'auth' | 'preauth'; readonly message: string }
  | { readonly grounds: 'exempt' | 'failmode safe'; readonly message: string }

/**
 * Asks for the second factor of one sign-in.
 *
 * Two calls as a rule: `preauth` says whether the user may and with which devices, `auth` does it.
 * An API that says that its `auth` decides all that too, and takes the word as it was typed, is
 * asked once.
 *
 * `failmode` is decided here and nowhere else. `safe` lets a sign-in in only when the API could not
 * be asked at all: preauth failed, or auth certainly never reached it, or it said itself that it
 * can't decide. Once auth may have been received its answer is waited for in vain only by somebody
 * who did not approve: that is a rejection in either mode, or an attacker would only have to outwait
 * `api_timeout`.
 */
export class SecondFactor {
  readonly #options: SecondFactorOptions
  readonly #exempt: ReadonlySet<string>
  #oneCall = false

  constructor(options: SecondFactorOptions) {
    this.#options = options
    this.#exempt = new Set(options.exemptUsernames.map((name) => name.toLowerCase()))
  }

  /** Asks what the API can do; until it has been answered, two calls are made. */
  async learnCapabilities(): Promise<void> {
    const { capabilities } = await this.#options.api.check()
    this.#oneCall = oneCall.every((name) => capabilities.includes(name))
  }

  async ask(login: Login): Promise<Verdict> {
    const word = readTypedWord(login.word, this.#options.factorAliases)
    const factor = factorOf(word)
    if (this.#exempt.has(login.username.toLowerCase())) {
      return this.#accept(
        login,
        { grounds: 'exempt', message: 'exempt from the second factor' },
        undefined,
      )
    }
    if (word.kind === 'nothing') return reject('Type a passcode, push, phone or sms.')
    let asking: 'preauth' | 'auth' = 'preauth'
    try {
      if (this.#oneCall) {
        asking = 'auth'
        return await this.#auth(login, { factor: 'prompt', prompt: promptOf(word) }, factor)
      }
      const answer = await this.#options.api.preauth({
        username: login.username,
        ipaddr: login.ipaddr,
      })
      this.#options.log.info(`${login.label}: Got preauth result for: '${answer.result}'`)
      if (answer.result !== 'auth') return this.#preauthVerdict(login, answer)
      asking = 'auth'
      return await this.#chosen(login, word, answer.devices)
    } catch (error) {
      return this.#failed(login, factor, asking, error)
    }
  }

  #preauthVerdict(login: Login, answer: Exclude<PreauthAnswer, { result: 'auth' }>): Verdict {
    switch (answer.result) {
      case 'allow':
        return this.#accept(login, { grounds: 'preauth', message: answer.status_msg }, undefined)
      case 'deny':
        return reject(answer.status_msg)
      case 'enroll':
        return reject(`${answer.status_msg} ${answer.enroll_portal_url}`.trim())
    }
  }

  async #chosen(
    login: Login,
    word: Word,
    devices: Extract<PreauthAnswer, { result: 'auth' }>['devices'],
  ): Promise<Verdict> {
    const choice = chooseFactor(word, devices)
    if (choice.kind === 'impossible') return reject(choice.message, factorOf(word))
    return await this.#auth(login, choice.parameters, factorOf(word))
  }

  async #auth(login: Login, parameters: Named, factor: string | undefined): Promise<Verdict> {
    const { username, ipaddr } = login
    const answer = await this.#options.api.auth({ username, ipaddr, ...parameters })
    this.#options.log.info(
      `${login.label}: Duo authentication returned '${answer.result}': '${answer.status_msg}'`,
    )
    return answer.result === 'allow'
      ? this.#accept(login, { grounds: 'auth', message: answer.status_msg }, factor)
      : reject(answer.status_msg, factor)
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
      return reject(
        error.status === 400
          ? (error.detail ?? error.message)
          : 'The sign-in service refused the request.',
        factor,
      )
    }
    const unavailable = this.#options.unavailable(error)
    if (unavailable === undefined) throw error
    this.#oneCall = false
    log.error(`${login.label}: ${asking} failed: ${unavailable.message}`)
    if (asking === 'auth' && unavailable.mayHaveBeenReceived && !unavailable.saidSo) {
      return reject('The sign-in service did not answer in time.', factor)
    }
    if (failmode === 'safe') {
      const message = 'Failmode Safe - Allowed Duo login on preauth failure'
      return this.#accept(login, { grounds: 'failmode safe', message }, factor)
    }
    log.error(`${login.label}: Failmode Secure - Denied Duo login on preauth failure`)
    return reject('Failmode Secure - Denied Duo login on preauth failure', factor)
  }

  /** Every sign-in that is let in comes through here. */
  #accept(login: Login, { grounds, message }: Grounds, factor: string | undefined): Verdict {
    if (grounds === 'exempt' || grounds === 'failmode safe') {
      this.#options.log.warn(`${login.label}: let in without a second factor: ${message}`, {
        grounds,
      })
    }
    return { kind: 'accept', message, factor }
  }
}
