import type { KeyObject } from 'node:crypto'
import type { Writable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import {
  AuthApiFailure,
  allowedSkewMs,
  failureDetail,
  failures,
  type Parameter,
  parseAuthorization,
  parseDate,
  signingKey,
  verifiedVersion,
} from '../../../duo/index.ts'
import type { Clock } from '../../../host/clock.ts'
import type { Integration, IntegrationType } from '../../access/integrations.ts'
import { readParameters } from './parameters.ts'

/** A request that an application has signed. */
export interface SignedRequest {
  readonly integration: Integration
  /** Of query and body together; of one that stands there twice, the last. */
  readonly parameters: ReadonlyMap<string, string>
}

/** A request of an application that may ask, and the line on which it waits for the answer. */
export interface AdmittedCall extends SignedRequest {
  /** Destroyed when whoever asks hangs up; the request is so once it has been read. */
  readonly caller: Writable
}

export interface GateOptions {
  readonly integrations: {
    byIkey(ikey: string): Promise<Integration | undefined>
    byIkeyInTurn(ikey: string): Promise<Integration | undefined>
  }
  readonly clock: Clock
}

interface Known {
  readonly integration: Integration
  readonly key: KeyObject
  readonly readAt: number
}

/** An application that was removed, or given another key, is known for this long at most. */
const knownMs = 1000
const mostKnown = 10_000
const sha1Digits = 40

/** Finds out who has signed a request (duo.com/docs/authapi, "Authentication"). */
export class SignedRequestGate {
  readonly #options: GateOptions
  readonly #known = new Map<string, Known>()
  /** Reads of one application that are under way: requests at the same time share one. */
  readonly #reading = new Map<string, Promise<Known | undefined>>()

  constructor(options: GateOptions) {
    this.#options = options
  }

  /**
   * @param types Applications that may ask here.
   * @param options.lookUp Whether an integration key that is not known yet may cost a look-up of its
   *   own. Where it may not, all such requests wait in turn, for one look-up at a time.
   * @throws {AuthApiFailure} 401xx where the request is not genuine, 40301 where it may not ask.
   */
  async admit(
    request: FastifyRequest,
    types: readonly IntegrationType[],
    { lookUp }: { readonly lookUp: boolean } = { lookUp: true },
  ): Promise<SignedRequest> {
    const { authorization } = request.headers
    if (authorization === undefined || authorization === '') {
      throw new AuthApiFailure(failures.missingCredentials)
    }
    const credentials = parseAuthorization(authorization)
    if (credentials === undefined) throw new AuthApiFailure(failures.missingCredentials)
    const known = await this.#find(credentials.ikey, lookUp)
    if (known === undefined) throw new AuthApiFailure(failures.invalidIkey)
    try {
      return this.#verified(request, types, credentials.signature, known)
    } catch (error) {
      // what can't be read is the request's fault, and counts as refused
      if (error instanceof AuthApiFailure) throw error
      throw new AuthApiFailure(failures.invalidParameters, 'the request can not be read')
    }
  }

  #verified(
    request: FastifyRequest,
    types: readonly IntegrationType[],
    signature: string,
    known: Known,
  ): SignedRequest {
    const date = dateOf(request)
    if (date !== undefined && !this.#isNow(date)) throw new AuthApiFailure(failures.badTimestamp)
    const body = typeof request.body === 'string' ? request.body : ''
    const { query, form } = readParameters(
      request.raw.url ?? '',
      body,
      request.headers['content-type'],
    )
    const [path = ''] = (request.raw.url ?? '').split('?', 1)
    const version = verifiedVersion(
      {
        method: request.method,
        host: request.headers.host ?? '',
        path,
        query,
        form,
        body,
        date,
        headers: duoHeaders(request),
      },
      signature,
      known.key,
    )
    if (version === undefined) {
      const withoutDate = date === undefined && signature.length > sha1Digits
      throw new AuthApiFailure(withoutDate ? failures.missingTimestamp : failures.invalidSignature)
    }
    const { integration } = known
    if (!integration.enabled) throw new AuthApiFailure(failures.accessForbidden)
    if (!types.includes(integration.type)) {
      throw new AuthApiFailure(failures.accessForbidden, failureDetail.wrongIntegrationType)
    }
    return { integration, parameters: new Map([...query, ...form]) }
  }

  async #find(ikey: string, lookUp: boolean): Promise<Known | undefined> {
    const before = this.#known.get(ikey)
    if (before !== undefined && this.#options.clock.now() - before.readAt < knownMs) return before
    const inTurn = before === undefined && !lookUp
    const reading = this.#reading.get(ikey) ?? this.#read(ikey, inTurn)
    this.#reading.set(ikey, reading)
    return await reading.finally(() => this.#reading.delete(ikey))
  }

  async #read(ikey: string, inTurn: boolean): Promise<Known | undefined> {
    const { integrations } = this.#options
    const named = ikey.replaceAll('\u0000', '')
    const integration = inTurn
      ? await integrations.byIkeyInTurn(named)
      : await integrations.byIkey(named)
    if (integration !== undefined) return this.#keep(ikey, integration)
    this.#known.delete(ikey)
    return undefined
  }

  #keep(ikey: string, integration: Integration): Known {
    const before = this.#known.get(ikey)
    if (this.#known.size >= mostKnown) this.#known.clear()
    const same = before?.integration.skey === integration.skey
    const key = same ? before.key : signingKey(integration.skey.reveal())
    const known = { integration, key, readAt: this.#options.clock.now() }
    this.#known.set(ikey, known)
    return known
  }

  #isNow(date: string): boolean {
    const time = parseDate(date)
    return time !== undefined && Math.abs(time - this.#options.clock.now()) <= allowedSkewMs
  }
}

function dateOf({ headers }: FastifyRequest): string | undefined {
  const duo = headers['x-duo-date']
  return typeof duo === 'string' ? duo : headers.date
}

function duoHeaders({ headers }: FastifyRequest): Parameter[] {
  const own: Parameter[] = []
  for (const name in headers) {
    const value = headers[name]
    if (name.startsWith('x-duo-') && typeof value === 'string') own.push([name, value])
  }
  return own
}
