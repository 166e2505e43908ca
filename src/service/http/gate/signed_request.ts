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
import type { Log } from '../../../host/log.ts'
import type { Integration, IntegrationType } from '../../applications/integrations.ts'
import { aheadOfQueue } from '../../store/database_share.ts'
import type { StoreDb } from '../../store/store.ts'
import type { ClientAddresses } from './client_address.ts'
import { ReceivedParameters } from './parameters.ts'
import { RefusalLog } from './refusal_log.ts'
import { parseAuthority } from './request_target.ts'

/** A request that an application has signed. */
export interface SignedRequest {
  readonly integration: Integration
  /** From query and body; the last value of each name. */
  readonly parameters: ReadonlyMap<string, string>
}

/** A request of an application that may make it, and the stream on which it waits for the answer. */
export interface AdmittedCall extends SignedRequest {
  /** Destroyed when the caller hangs up. The request is no sign: it is destroyed after it has been read. */
  readonly caller: Writable
}

export interface GateOptions {
  readonly db: StoreDb
  readonly integrations: {
    byIkey(ikey: string, db: StoreDb): Promise<Integration | undefined>
    byIkeyInTurn(ikey: string): Promise<Integration | undefined>
  }
  /**
   * Host names, with ports, that clients may know the service by: where a reverse proxy has changed
   * the Host header, one of them was signed.
   */
  readonly ownHosts: () => readonly string[]
  readonly clientAddresses: ClientAddresses
  readonly clock: Clock
  readonly log: Log
}

export interface AdmitOptions {
  /** Types of applications that may make this request. */
  readonly types: readonly IntegrationType[]
  /** Accepts signature version 1, which can be replayed for ever, also from applications that do not allow it. */
  readonly allowSignatureV1: boolean
  /**
   * Whether an unknown integration key may cost a look-up of its own. If not, all such requests share
   * one look-up at a time.
   */
  readonly lookUp: boolean
}

interface Known {
  readonly integration: Integration
  readonly key: KeyObject
  readonly readAt: number
}

/** How long a removed application, or a replaced key, may still be accepted. */
const knownMs = 1000
const maxKnown = 10_000
const sha1Digits = 40
/** Bytes; calls of real clients are far smaller. */
const maxRehashed = 4096
const ikeyForm = /^[A-Za-z0-9]{1,64}$/

/** Authenticates the application that has signed a request (duo.com/docs/authapi, "Authentication"). */
export class SignedRequestGate {
  readonly #options: GateOptions
  readonly #refusals: RefusalLog
  readonly #known = new Map<string, Known>()
  /** Look-ups in progress, by integration key: simultaneous requests share one. */
  readonly #reading = new Map<string, Promise<Known | undefined>>()
  readonly #readingInTurn = new Map<string, Promise<Known | undefined>>()

  constructor(options: GateOptions) {
    this.#options = options
    this.#refusals = new RefusalLog(options.log, options.clock)
  }

  /**
   * @throws {AuthApiFailure} 401xx where the request is not genuine, 40301 where the application may not make it,
   *   and 40002 where the parameters can't be read.
   */
  async admit(request: FastifyRequest, options: AdmitOptions): Promise<SignedRequest> {
    const credentials = parseAuthorization(request.headers.authorization ?? '')
    const known =
      credentials === undefined ? undefined : await this.#find(credentials.ikey, options.lookUp)
    try {
      if (credentials === undefined) throw new AuthApiFailure(failures.missingCredentials)
      if (known === undefined) throw new AuthApiFailure(failures.invalidIkey)
      return this.#verified(request, credentials.signature, known, options)
    } catch (failure) {
      if (failure instanceof AuthApiFailure && failure.status === 401) {
        this.#refusals.refused({
          failure,
          ikey: credentials?.ikey,
          application: known?.integration.name,
          host: request.headers.host ?? '',
          from: this.#options.clientAddresses.of(request),
        })
      }
      throw failure
    }
  }

  #verified(
    request: FastifyRequest,
    signature: string,
    { integration, key }: Known,
    { types, allowSignatureV1, lookUp }: AdmitOptions,
  ): SignedRequest {
    const body = request.body instanceof Uint8Array ? request.body : new Uint8Array()
    // past the budget of refused requests only a cheap look is left
    if (!lookUp && body.length > maxRehashed) throw new AuthApiFailure(failures.invalidSignature)
    const date = readDate(request)
    if (date !== undefined && !this.#isNow(date)) throw new AuthApiFailure(failures.badTimestamp)
    const url = request.raw.url ?? ''
    const parameters = new ReceivedParameters(url, body, request.headers['content-type'])
    const [path = ''] = url.split('?', 1)
    const version = verifiedVersion(
      {
        method: request.method,
        hosts: this.#hosts(request, body),
        path,
        query: parameters.query,
        form: parameters.form,
        body,
        date,
        headers: duoHeaders(request),
      },
      signature,
      key,
    )
    if (version === undefined) {
      const withoutDate = date === undefined && signature.length > sha1Digits
      throw new AuthApiFailure(withoutDate ? failures.missingTimestamp : failures.invalidSignature)
    }
    if (version === 1 && !allowSignatureV1 && !integration.signatureV1) {
      throw new AuthApiFailure(failures.invalidSignature, failureDetail.signatureV1)
    }
    if (!integration.enabled) throw new AuthApiFailure(failures.accessForbidden)
    if (!types.includes(integration.type)) {
      throw new AuthApiFailure(failures.accessForbidden, failureDetail.wrongIntegrationType)
    }
    return { integration, parameters: parameters.decoded() }
  }

  /** Each host costs a hash of the whole body, also for a forged request. */
  #hosts(request: FastifyRequest, body: Uint8Array): string[] {
    const sent = sentHosts(request)
    return body.length > maxRehashed ? sent : [...sent, ...this.#options.ownHosts()]
  }

  async #find(ikey: string, lookUp: boolean): Promise<Known | undefined> {
    if (!ikeyForm.test(ikey)) return undefined
    const before = this.#known.get(ikey)
    if (before !== undefined && this.#options.clock.now() - before.readAt < knownMs) return before
    const inTurn = before === undefined && !lookUp
    // a look-up in turn waits behind forged requests: others must not join it
    const reads = inTurn ? this.#readingInTurn : this.#reading
    const read = () => this.#read(ikey, inTurn)
    // calls of a known application queue once, for their own work, and `check` never
    const reading = reads.get(ikey) ?? (before === undefined ? read() : aheadOfQueue(read))
    reads.set(ikey, reading)
    return await reading.finally(() => reads.delete(ikey))
  }

  async #read(ikey: string, inTurn: boolean): Promise<Known | undefined> {
    const { db, integrations } = this.#options
    const integration = inTurn
      ? await integrations.byIkeyInTurn(ikey)
      : await integrations.byIkey(ikey, db)
    if (integration !== undefined) return this.#keep(ikey, integration)
    this.#known.delete(ikey)
    return undefined
  }

  #keep(ikey: string, integration: Integration): Known {
    const before = this.#known.get(ikey)
    if (this.#known.size >= maxKnown) this.#known.clear()
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

/** An absolute request target names the host, too, and counts before the header (RFC 9112 §3.2.2). */
function sentHosts({ headers, originalUrl }: FastifyRequest): string[] {
  const target = parseAuthority(originalUrl)
  const { host } = headers
  return [...(host === undefined ? [] : [host]), ...(target === undefined ? [] : [target])]
}

function readDate({ headers }: FastifyRequest): string | undefined {
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
