import type { TwilioConfig } from '../../config/twilio_section.ts'
import { DeliveryError, type DeliveryErrorCode } from '../messaging.ts'
import { ProviderHttp } from '../provider/provider_http.ts'

/** A call to place, with its webhooks. */
export interface TwilioCall {
  readonly to: string
  readonly from: string
  /** URL of the call's instructions (TwiML). */
  readonly url: string
  readonly statusUrl: string
}

/** Ring time. The rest of the sign-in's minute remains for the key. */
const ringSecs = 40

/** Error numbers (twilio.com/docs/api/errors), with remedies. */
const failures: Readonly<Record<number, readonly [DeliveryErrorCode, string]>> = {
  20003: ['DELIVERY_REFUSED', 'account_sid or auth_token is wrong'],
  20429: ['DELIVERY_UNREACHABLE', 'too many requests at once'],
  21210: ['DELIVERY_REFUSED', 'caller_id is not a number of the account'],
  21211: ['DELIVERY_REFUSED', 'the number does not exist'],
  21212: ['DELIVERY_REFUSED', 'the sender is invalid; check from and caller_id'],
  21214: ['DELIVERY_REFUSED', "the number can't be called"],
  21215: ['DELIVERY_REFUSED', 'calls to this country are not allowed in the account'],
  21217: ['DELIVERY_REFUSED', 'the number does not exist'],
  21219: ['DELIVERY_REFUSED', 'a trial account can reach only verified numbers'],
  21408: ['DELIVERY_REFUSED', 'messages to this country are not allowed in the account'],
  21606: ['DELIVERY_REFUSED', 'from is not a number of the account that can send messages'],
  21608: ['DELIVERY_REFUSED', 'a trial account can reach only verified numbers'],
  21610: ['DELIVERY_REFUSED', 'the recipient has opted out with STOP'],
  21612: ['DELIVERY_REFUSED', "from can't send to this number"],
  21614: ['DELIVERY_REFUSED', 'the number is not a mobile number'],
}

/** Twilio's API for messages and calls (2010-04-01), which other providers implement as well. */
export class Twilio {
  readonly #config: TwilioConfig
  readonly #http: ProviderHttp

  constructor(config: TwilioConfig, limitMs?: number) {
    this.#config = config
    this.#http = new ProviderHttp({
      name: 'twilio',
      section: '[twilio]',
      caFile: config.caFile,
      ...(limitMs === undefined ? {} : { limitMs }),
    })
  }

  /** @returns The message's SID. @throws {DeliveryError} */
  async sendSms(to: string, text: string): Promise<string> {
    const { messagingServiceSid, from = '' } = this.#config
    const sender: readonly [string, string] =
      messagingServiceSid === undefined
        ? ['From', from]
        : ['MessagingServiceSid', messagingServiceSid]
    return await this.#post('Messages', [['To', to], sender, ['Body', text]])
  }

  /** @returns The call's SID. @throws {DeliveryError} */
  async call({ to, from, url, statusUrl }: TwilioCall): Promise<string> {
    return await this.#post('Calls', [
      ['To', to],
      ['From', from],
      ['Url', url],
      ['Method', 'POST'],
      ['StatusCallback', statusUrl],
      ['StatusCallbackMethod', 'POST'],
      ['StatusCallbackEvent', 'completed'],
      ['Timeout', String(ringSecs)],
    ])
  }

  async #post(resource: string, fields: readonly (readonly [string, string])[]): Promise<string> {
    const { baseUrl, accountSid, authToken } = this.#config
    const basic = Buffer.from(`${accountSid}:${authToken.reveal()}`).toString('base64')
    const form = new URLSearchParams()
    for (const [name, value] of fields) form.append(name, value)
    const { status, text } = await this.#http.send({
      method: 'POST',
      url: `${baseUrl}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/${resource}.json`,
      headers: {
        authorization: `Basic ${basic}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: form.toString(),
    })
    const { sid, code } = readAnswer(text)
    if (status >= 200 && status < 300 && sid !== undefined) return sid
    throw toDeliveryError(status, code)
  }
}

/** Twilio's error messages contain the message sent, so they are not passed on. */
function toDeliveryError(status: number, code: number | undefined): DeliveryError {
  const known = failures[code ?? (status === 401 ? 20003 : status === 429 ? 20429 : 0)]
  const number = code === undefined ? `status ${status}` : `error ${code}`
  if (known !== undefined) {
    return new DeliveryError(known[0], `twilio: ${known[1]} (${number})`)
  }
  return status >= 500
    ? new DeliveryError(
        'DELIVERY_UNANSWERED',
        `internal error at twilio (${number}); the message may have been sent`,
      )
    : new DeliveryError(
        'DELIVERY_REFUSED',
        `twilio rejected the request (${number}); see twilio.com/docs/api/errors`,
      )
}

function readAnswer(text: string): {
  readonly sid: string | undefined
  readonly code: number | undefined
} {
  const answer = parsed(text)
  return {
    sid: typeof answer.sid === 'string' ? answer.sid : undefined,
    code: typeof answer.code === 'number' ? answer.code : undefined,
  }
}

function parsed(text: string): { readonly sid?: unknown; readonly code?: unknown } {
  try {
    const answer: unknown = JSON.parse(text)
    return typeof answer === 'object' && answer !== null ? answer : {}
  } catch {
    return {}
  }
}
