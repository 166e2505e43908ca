import assert from 'node:assert/strict'
import type { ClientRequest, IncomingMessage } from 'node:http'
import https from 'node:https'
import { createRequire } from 'node:module'
import type { Integration } from '../../src/service/applications/integrations.ts'
import type { Endpoint, Method } from '../../src/service/http/api/admin/endpoint.ts'
import { declaredEndpoints, endpointAt } from './admin_api.ts'
import { integer, object, oneOf, text } from './answer_shape.ts'
import { differences } from './duo_admin_answers.ts'
import type { TestService } from './service.ts'

/** What of `@duosecurity/duo_api` a test uses; the package brings no types. */
interface DuoApi {
  readonly Client: new (
    ikey: string,
    skey: string,
    host: string,
    version: SignatureVersion,
  ) => {
    apiCall(
      method: string,
      path: string,
      parameters: Readonly<Record<string, unknown>>,
      callback: (body: string) => void,
    ): void
  }
}

/** Those of the vendor's client. */
export const signatureVersions = [2, 5] as const
type SignatureVersion = (typeof signatureVersions)[number]
type Parameters = Readonly<Record<string, unknown>>

const load = createRequire(import.meta.url)
const duoApi: DuoApi = load('@duosecurity/duo_api')
const constants: { DUO_PINNED_CERT: string } = load('@duosecurity/duo_api/lib/constants')

/** Directs the vendor's client to a service: it knows no ports, and trusts only the vendor's authorities. */
export class VendorTransport {
  /** Of the last response; the client hides both. */
  last = { status: 0, type: '' }
  readonly #untouched = { request: https.request, certificate: constants.DUO_PINNED_CERT }

  constructor({ ca, port }: Pick<TestService, 'ca' | 'port'>) {
    constants.DUO_PINNED_CERT = ca
    const request = (
      options: https.RequestOptions,
      answer: (response: IncomingMessage) => void,
    ): ClientRequest =>
      this.#untouched.request({ ...options, port }, (response) => {
        const { statusCode = 0, headers } = response
        this.last = { status: statusCode, type: headers['content-type'] ?? '' }
        answer(response)
      })
    Object.assign(https, { request })
  }

  restore(): void {
    Object.assign(https, { request: this.#untouched.request })
    constants.DUO_PINNED_CERT = this.#untouched.certificate
  }
}

const failure = object(
  { stat: oneOf('FAIL'), code: integer, message: text },
  { message_detail: text },
)

/**
 * Calls the Admin API with the vendor's client, one call at a time. Compares each answer with the reference,
 * and notes the endpoints that answered.
 */
export class VendorAdminClient {
  readonly version: SignatureVersion
  /** Method and path, as declared, of the endpoints that answered with status 200. */
  readonly answered = new Set<string>()
  readonly endpoints: readonly Endpoint[]
  readonly #transport: VendorTransport
  readonly #integration: Integration

  constructor(
    service: TestService,
    transport: VendorTransport,
    integration: Integration,
    version: SignatureVersion,
  ) {
    this.version = version
    this.endpoints = declaredEndpoints(service)
    this.#transport = transport
    this.#integration = integration
  }

  /** @returns The `response` of a success. */
  async call(method: Method, path: string, parameters: Parameters = {}) {
    return (await this.envelope(method, path, parameters)).response
  }

  /** @returns The envelope of a success. */
  async envelope(method: Method, path: string, parameters: Parameters = {}) {
    const { endpoint, body } = await this.#succeed(method, path, parameters)
    const envelope = JSON.parse(body)
    assert.deepEqual(differences(endpoint, envelope), [])
    this.answered.add(endpoint)
    return envelope
  }

  /** @returns The media type of an answer without an envelope. */
  async mediaType(method: Method, path: string): Promise<string> {
    const { endpoint } = await this.#succeed(method, path, {})
    this.answered.add(endpoint)
    return this.#transport.last.type
  }

  /** @returns Status and code of a failure, and the parameter that its detail begins with. */
  async refusal(
    method: Method,
    path: string,
    parameters: Parameters = {},
  ): Promise<readonly [status: number, code: number, parameter: string]> {
    const body = JSON.parse(await this.#send(method, path, parameters))
    assert.deepEqual(failure(body, `${method} ${path}`), [])
    const [parameter = ''] = String(body.message_detail ?? '').split(':')
    return [this.#transport.last.status, body.code, parameter]
  }

  async #succeed(method: Method, path: string, parameters: Parameters) {
    const body = await this.#send(method, path, parameters)
    assert.equal(this.#transport.last.status, 200, `${method} ${path}: ${body}`)
    const declared = endpointAt(this.endpoints, method, path)
    return { endpoint: `${declared.method} ${declared.path}`, body }
  }

  async #send(method: Method, path: string, parameters: Parameters): Promise<string> {
    const { ikey, skey } = this.#integration
    const client = new duoApi.Client(ikey, skey.reveal(), '127.0.0.1', this.version)
    const inJson = this.version === 5 && (method === 'POST' || method === 'PUT')
    const { promise, resolve } = Promise.withResolvers<string>()
    client.apiCall(method, path, inJson ? parameters : toTexts(parameters), resolve)
    return await promise
  }
}

/** The client sends nested values only in JSON; in a query and in a form they are JSON text. */
function toTexts(parameters: Parameters): Parameters {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  )
}
