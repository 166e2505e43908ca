import { Agent, request } from 'undici'
import webPush, { type PushSubscription } from 'web-push'
import type { Clock } from '../../../host/clock.ts'
import type { Log } from '../../../host/log.ts'
import { DeliveryError, type PhonePrompt, type PushPort } from '../messaging.ts'
import { answerText } from '../provider/answer_text.ts'
import {
  isPublicAddress,
  literalAddress,
  PrivateAddressError,
  publicLookup,
} from '../provider/public_address.ts'
import type { VapidKeys } from './vapid_keys.ts'

/** The subscriptions of phones. */
export interface Subscriptions {
  /** The browser's PushSubscription in JSON. */
  of(phoneId: string): Promise<string | null>
  /** Removes one that has ended. */
  ended(phoneId: string, subscription: string): Promise<void>
}

export interface WebPushSettings {
  readonly keys: VapidKeys
  /** Contact for push services: `mailto:…` or `https://…`. */
  readonly contact: string
  /** Hosts of the operator's own push services, which may have private addresses. */
  readonly privateServices: readonly string[]
  /** PEM of additional authorities, for the operator's own push services. */
  readonly ca?: string | undefined
  /** A login waits this long; a slower push service may still deliver. */
  readonly timeoutMs?: number
}

const defaultTimeoutMs = 4_000
const endedStatuses = [404, 410]
/** Status for a token or subject (RFC 8292) that the push service does not accept. */
const notAuthorised = [401, 403]
const maxDetailLength = 200
/** Maximum number of bytes of a response that are read. */
const maxAnswerLength = 4096

interface PushAnswer {
  readonly status: number
  readonly text: string
  /** Host and port of the push service. */
  readonly service: string
}

/**
 * Wakes the app on a phone through the push service of its browser (RFC 8030). The message is encrypted
 * for the browser (RFC 8291) and only says that the app has something to fetch.
 */
export class WebPush implements PushPort {
  readonly #subscriptions: Subscriptions
  readonly #settings: WebPushSettings
  readonly #clock: Clock
  readonly #log: Log
  readonly #public: Agent
  readonly #private: Agent

  constructor(subscriptions: Subscriptions, settings: WebPushSettings, clock: Clock, log: Log) {
    this.#subscriptions = subscriptions
    this.#settings = settings
    this.#clock = clock
    this.#log = log
    const ca = settings.ca === undefined ? {} : { ca: settings.ca }
    this.#public = new Agent({ connect: { ...ca, lookup: publicLookup } })
    this.#private = new Agent({ connect: ca })
  }

  /** The key to which browsers bind their subscriptions. */
  get publicKey(): string {
    return this.#settings.keys.publicKey
  }

  /** @throws {DeliveryError} if the push service does not accept it. */
  async send({ txid, phoneId, application, expires }: PhonePrompt): Promise<void> {
    const json = await this.#subscriptions.of(phoneId)
    // without a subscription: an open app has its stream, a closed one shows the request when opened
    if (json === null) return
    const { status, text, service } = await this.#post(json, { txid, application }, expires)
    if (notAuthorised.includes(status)) {
      const { contact } = this.#settings
      this.#log.warn(
        'a push service refused our contact or key: set web_push_contact in [push] to a mailto: or https:// address on the public Internet; if it is right already, activate the phone again',
        { service, status, web_push_contact: contact, answer: printable(text) },
      )
    }
    if (endedStatuses.includes(status)) {
      await this.#subscriptions.ended(phoneId, json)
      throw new DeliveryError('DELIVERY_REFUSED', 'the browser has ended the subscription')
    }
    if (status < 200 || status >= 300) {
      throw new DeliveryError('DELIVERY_REFUSED', `the push service returned status ${status}`)
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#public.destroy(), this.#private.destroy()])
  }

  async #post(subscriptionJson: string, payload: object, expires: number): Promise<PushAnswer> {
    const { keys, contact, timeoutMs = defaultTimeoutMs } = this.#settings
    const subscription: PushSubscription = JSON.parse(subscriptionJson)
    const url = new URL(subscription.endpoint)
    const dispatcher = this.#dispatcherFor(url)
    try {
      const { method, headers, body } = webPush.generateRequestDetails(
        subscription,
        JSON.stringify(payload),
        {
          vapidDetails: { subject: contact, ...keys },
          contentEncoding: 'aes128gcm',
          // the push service must not deliver it after the sign-in has ended
          TTL: Math.max(1, Math.ceil((expires - this.#clock.now()) / 1000)),
          urgency: 'high',
        },
      )
      const answer = await request(url, {
        dispatcher,
        method: method === 'POST' ? method : 'POST',
        headers: textHeaders(headers),
        body,
        signal: AbortSignal.timeout(timeoutMs),
      })
      const text = notAuthorised.includes(answer.statusCode)
        ? await answerText(answer.body, maxAnswerLength)
        : ''
      await answer.body.dump()
      return { status: answer.statusCode, text, service: url.host }
    } catch (error) {
      const detail = errorText(error).slice(0, maxDetailLength)
      this.#log.warn('a phone could not be woken', { service: url.host, error: detail })
      const refused = error instanceof PrivateAddressError
      throw new DeliveryError(
        refused ? 'DELIVERY_REFUSED' : 'DELIVERY_UNREACHABLE',
        `can't reach the push service ${url.host}: ${detail}`,
      )
    }
  }

  /** The URL comes from the client, so it must not reach internal machines. */
  #dispatcherFor(url: URL): Agent {
    if (url.protocol !== 'https:') {
      throw new DeliveryError('DELIVERY_REFUSED', 'the address of the push service is not https')
    }
    if (this.#settings.privateServices.includes(url.hostname)) return this.#private
    const address = literalAddress(url)
    if (address !== undefined && !isPublicAddress(address)) {
      throw new DeliveryError(
        'DELIVERY_REFUSED',
        `${url.hostname} is not a push service on the public Internet; add your own push services to private_push_services`,
      )
    }
    return this.#public
  }
}

/** Makes text from an untrusted server printable, in one line. */
function printable(text: string): string {
  return text.slice(0, maxDetailLength).replace(/[^\x20-\x7e]+/g, ' ')
}

function textHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  )
}

/** Without the cause, where libraries put addresses and keys. */
function errorText(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error ? `${error.code}` : error.name
}
