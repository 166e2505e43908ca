import { createHmac, randomBytes } from 'node:crypto'
import { request } from 'node:https'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { type ProviderReply, type Received, TlsProvider } from './tls_provider.ts'

export const accountSid = `AC${'0123456789abcdef'.repeat(2)}`
export const authToken = 'f00dfacef00dfacef00dfacef00dface'

/** Twilio's magic numbers (twilio.com/docs/iam/test-credentials): each brings its error. */
const messageErrors: Readonly<Record<string, number>> = {
  '+15005550001': 21211,
  '+15005550002': 21612,
  '+15005550003': 21408,
  '+15005550004': 21610,
  '+15005550009': 21614,
}
const callErrors: Readonly<Record<string, number>> = {
  '+15005550001': 21217,
  '+15005550002': 21214,
  '+15005550003': 21215,
  '+15005550004': 21216,
}
const messageSenderErrors: Readonly<Record<string, number>> = {
  '+15005550001': 21212,
  '+15005550007': 21606,
}
const callSenderErrors: Readonly<Record<string, number>> = {
  '+15005550001': 21212,
  '+15005550007': 21210,
}

/** What TwiML says, and where a key goes to. */
export interface HeardTwiml {
  readonly said: readonly string[]
  readonly language: string
  readonly keyUrl: string | undefined
  readonly xml: string
}

export interface WebhookAnswer {
  readonly status: number
  readonly body: string
}

/** Twilio's documented API for messages and calls, and the webhooks of a call. */
export class TwilioApi {
  readonly provider: TlsProvider
  /** Fields of the calls that were placed. */
  readonly calls: URLSearchParams[] = []
  readonly messages: URLSearchParams[] = []
  /** How many of the next requests get 429. */
  throttled = 0
  /** Answers nothing at all. */
  silent = false
  /** Told of each signature of a webhook. */
  onSigned: (signature: string) => void = () => {}
  /** The service's authority. */
  ca = ''

  private constructor(provider: TlsProvider) {
    this.provider = provider
  }

  static async start(): Promise<TwilioApi> {
    const box: { api?: TwilioApi } = {}
    const provider = await TlsProvider.start((received) => box.api?.answer(received))
    box.api = new TwilioApi(provider)
    return box.api
  }

  answer({ method, path, headers, body }: Received): ProviderReply {
    if (this.silent) return undefined
    if (this.throttled > 0) {
      this.throttled--
      return failure(429, 20429)
    }
    const basic = Buffer.from(`${accountSid}:${authToken}`).toString('base64')
    if (headers.authorization !== `Basic ${basic}`) return failure(401, 20003)
    const [, sid, resource = ''] =
      /^\/2010-04-01\/Accounts\/([^/]+)\/(Messages|Calls)\.json$/.exec(path) ?? []
    if (method !== 'POST' || sid !== accountSid) return failure(404, 20404)
    if (headers['content-type'] !== 'application/x-www-form-urlencoded') return failure(400, 20001)
    const fields = new URLSearchParams(body)
    const code = resource === 'Messages' ? messageError(fields) : callError(fields)
    if (code !== undefined) return failure(400, code)
    const prefix = resource === 'Messages' ? 'SM' : 'CA'
    if (resource === 'Messages') this.messages.push(fields)
    else this.calls.push(fields)
    const made = { sid: prefix + randomBytes(16).toString('hex'), status: 'queued', price: null }
    return { status: 201, body: JSON.stringify({ ...made, to: fields.get('To') }) }
  }

  /** The latest call is taken: what it hears. */
  async takeCall(): Promise<HeardTwiml> {
    return heard(await this.webhook(this.#call().get('Url') ?? '', { CallStatus: 'in-progress' }))
  }

  /** A key is pressed where the call asked for one. */
  async press({ keyUrl = '' }: HeardTwiml, key: string): Promise<HeardTwiml> {
    return heard(await this.webhook(keyUrl, { CallStatus: 'in-progress', Digits: key }))
  }

  async endCall(status: string): Promise<WebhookAnswer> {
    return await this.webhook(this.#call().get('StatusCallback') ?? '', { CallStatus: status })
  }

  /** A request to our service as Twilio makes it. @param options What an attacker has otherwise. */
  async webhook(
    url: string,
    fields: Readonly<Record<string, string>>,
    options: { readonly token?: string; readonly signature?: string | null } = {},
  ): Promise<WebhookAnswer> {
    const all: Readonly<Record<string, string>> = {
      AccountSid: accountSid,
      ApiVersion: '2010-04-01',
      CallSid: 'CA1234567890ABCDE',
      Direction: 'outbound-api',
      From: this.#call().get('From') ?? '',
      To: this.#call().get('To') ?? '',
      ...fields,
    }
    const signature =
      options.signature === undefined
        ? signed(url, all, options.token ?? authToken)
        : options.signature
    this.onSigned(signature ?? '')
    return await posted(url, new URLSearchParams(all).toString(), signature, this.ca)
  }

  async close(): Promise<void> {
    await this.provider.close()
  }

  #call(): URLSearchParams {
    return this.calls.at(-1) ?? new URLSearchParams()
  }
}

/** twilio.com/docs/usage/security: the address, then each field in alphabetical order, name and value. */
function signed(url: string, fields: Readonly<Record<string, string>>, token: string): string {
  let text = url
  for (const name of Object.keys(fields).sort()) text += name + (fields[name] ?? '')
  return createHmac('sha1', token).update(Buffer.from(text, 'utf8')).digest('base64')
}

function messageError(fields: URLSearchParams): number | undefined {
  const [to, from] = [fields.get('To'), fields.get('From')]
  if (to === null) return 21604
  if (from === null && !fields.has('MessagingServiceSid')) return 21603
  if ((fields.get('Body') ?? '') === '') return 21602
  return messageErrors[to] ?? messageSenderErrors[from ?? '']
}

function callError(fields: URLSearchParams): number | undefined {
  const [to, from] = [fields.get('To'), fields.get('From')]
  if (to === null) return 21201
  if (from === null) return 21213
  if (!URL.canParse(fields.get('Url') ?? '')) return 21205
  return callErrors[to] ?? callSenderErrors[from]
}

function failure(status: number, code: number): ProviderReply {
  const more_info = `https://www.twilio.com/docs/errors/${code}`
  const message = `an error of the documentation's, ${code}`
  return { status, body: JSON.stringify({ code, message, more_info, status }) }
}

function heard({ status, body }: WebhookAnswer): HeardTwiml {
  if (status !== 200 || XMLValidator.validate(body) !== true) {
    throw new Error(`no TwiML: ${status} ${body}`)
  }
  const parser = new XMLParser({ ignoreAttributes: false, preserveOrder: true })
  const found: { said: string[]; language: string; keyUrl: string | undefined } = {
    said: [],
    language: '',
    keyUrl: undefined,
  }
  walk(parser.parse(body), found)
  return { ...found, xml: body }
}

function walk(
  nodes: unknown,
  found: { said: string[]; language: string; keyUrl: string | undefined },
): void {
  if (!Array.isArray(nodes)) return
  for (const node of nodes) {
    for (const [name, children] of Object.entries(node)) {
      const attributes: Record<string, string> = node[':@'] ?? {}
      if (name === 'Gather') found.keyUrl = attributes['@_action']
      if (name === 'Say') {
        found.language = attributes['@_language'] ?? ''
        if (Array.isArray(children)) found.said.push(String(children[0]?.['#text'] ?? ''))
      }
      walk(children, found)
    }
  }
}

function posted(
  url: string,
  body: string,
  signature: string | null,
  ca: string,
): Promise<WebhookAnswer> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'user-agent': 'TwilioProxy/1.1',
      ...(signature === null ? {} : { 'x-twilio-signature': signature }),
    }
    const sent = request(url, { method: 'POST', headers, ca, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
