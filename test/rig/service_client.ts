import { Agent, request } from 'node:https'
import {
  authorization,
  canonicalParameters,
  isRecord,
  rfc2822Date,
  type SignatureVersion,
  sign,
  signingKey,
} from '../../src/duo/index.ts'
import { type Clock, systemClock } from '../../src/host/clock.ts'
import type { Integration } from '../../src/service/applications/integrations.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  readonly octets: Buffer
  /** Parsed if it is JSON. */
  readonly body: Readonly<Record<string, unknown>>
}

/** A raw request. */
export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly body?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

/** A request to sign; defaults are those of an honest client. */
export interface SignedCall {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly parameters?: Readonly<Record<string, string>>
  /** Versions 4 and 5 only: the body, in place of the parameters. */
  readonly json?: Readonly<Record<string, unknown>>
  readonly version?: SignatureVersion
  readonly digest?: 'sha1' | 'sha512'
  readonly integration?: Integration
  readonly date?: string
  /** Sends the date as X-Duo-Date. */
  readonly duoDate?: boolean
  /** Version 2 only: sends the parameters in the query. */
  readonly inQuery?: boolean
  readonly signature?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface ServiceClientOptions {
  /** Where it connects to; 127.0.0.1 if absent. */
  readonly address?: string
  readonly port: number
  /** PEM of what has to be trusted. */
  readonly ca: string
  readonly integration: Integration
  readonly clock?: Clock
  /** Requests at once, each on a connection. */
  readonly maxSockets?: number
}

const host = '127.0.0.1'
/** Whatever a test sends as Host. */
const servername = 'localhost'

/** Asks a service as an application does. */
export class ServiceClient {
  readonly #options: ServiceClientOptions
  readonly #clock: Clock
  readonly #agent: Agent

  constructor(options: ServiceClientOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#agent = new Agent({ keepAlive: true, maxSockets: options.maxSockets ?? 64 })
  }

  /** Signs a request and sends it. @param hangUp Cancels it. */
  async call(call: SignedCall, hangUp?: AbortSignal): Promise<Answer> {
    return await this.send(this.#signed(call), hangUp)
  }

  /** Sends a request unsigned. */
  send(raw: RawRequest, hangUp?: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { method, path, body = '', headers = {} } = raw
      const { address = host, port, ca } = this.#options
      const signal = hangUp === undefined ? {} : { signal: hangUp }
      const sent = request(
        {
          host: address,
          port,
          servername,
          method,
          path,
          headers,
          ca,
          agent: this.#agent,
          ...signal,
        },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => {
            chunks.push(chunk)
          })
          response.on('error', reject)
          response.on('end', () => {
            const { statusCode: status = 0, headers: received } = response
            const octets = Buffer.concat(chunks)
            const text = octets.toString()
            resolve({ status, headers: received, text, octets, body: parsed(text) })
          })
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }

  #signed(call: SignedCall): RawRequest {
    const { path, parameters = {}, version = 2, digest = 'sha512' } = call
    const { integration = this.#options.integration, method = 'POST' } = call
    const pairs = Object.entries(parameters)
    const date = version === 1 ? undefined : (call.date ?? rfc2822Date(this.#clock.now()))
    const asJson = version >= 4 && (method === 'POST' || method === 'PUT')
    const encoded = canonicalParameters(pairs)
    const inQuery = method === 'GET' || method === 'DELETE' || call.inQuery === true
    const body = asJson ? JSON.stringify(call.json ?? parameters) : inQuery ? '' : encoded
    const duoHeaders: Record<string, string> =
      date !== undefined && call.duoDate === true ? { 'x-duo-date': date } : {}
    const signature =
      call.signature ??
      sign(
        {
          date: date ?? '',
          method,
          host,
          path,
          parameters: asJson ? [] : pairs,
          body,
          headers: Object.entries(duoHeaders),
        },
        signingKey(integration.skey.reveal()),
        version,
        digest,
      )
    return {
      method,
      path: inQuery && encoded !== '' ? `${path}?${encoded}` : path,
      body,
      headers: {
        ...(date === undefined || call.duoDate === true ? {} : { date }),
        ...duoHeaders,
        authorization: authorization(integration.ikey, signature),
        ...(body === ''
          ? {}
          : { 'content-type': asJson ? 'application/json' : 'application/x-www-form-urlencoded' }),
        ...call.headers,
      },
    }
  }
}

/** The `response` of a success. */
export function parseResponse({ body }: Answer): Readonly<Record<string, unknown>> {
  if (!isRecord(body.response)) throw new Error(`no success: ${JSON.stringify(body)}`)
  return body.response
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text)
    return isRecord(body) ? body : {}
  } catch {
    return {}
  }
}
