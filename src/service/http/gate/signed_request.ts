import type { KeyObject } from 'node:crypto'
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

/** A request that an application signed. */
export interface SignedRequest {
  readonly integration: Integration
  /** From the query, then from the body. */
  readonly sent: readonly Parameter[]
  /** The last value of each name that was sent. */
  readonly parameters: ReadonlyMap<string, string>
}

/** A client that waits for its answer; `destroyed` once it has disconnected. */
export interface WaitingCaller {
  readonly destroyed: boolean
  on(event: 'close', listener: () => void): unknown
}

/** When the service read a call, before it asked the database: a slow database must not make a call look younger. */
export interface Received {
  readonly at: number
  /** By how many milliseconds it may have arrived earlier, because the service could not run. */
  readonly unreadMs: number
}

/** An admitted request, and the client that waits for its answer. */
export interface AdmittedCall extends SignedRequest {
  readonly received: Received
  /** Not the request stream, which Node destroys after reading. */
  readonly caller: WaitingCaller
}

export interface GateOptions {
  readonly db: StoreDb
  readonly integrations: {
    byIkey(ikey: string, db: StoreDb): Promise<Integration | undefined>
    byIkeyInTurn(ikey: string): Promise<Integration | undefined>
  }
  /**
   * Host names, with ports, under which clients reach the service. If a reverse proxy changes the Host
   * header, the client signed one of these.
   */
  readonly ownHosts: () => readonly string[]
  readonly clientAddresses: ClientAddresses
  readonly clock: Clock
  readonly log: Log
}

export interface AdmitOptions {
  /** Types of applications that may send this request. */
  readonly types: readonly IntegrationType[]
  /** Accepts signature version 1 from any application; such requests can be replayed forever. */
  readonly allowSignatureV1: boolean
  /** Accepts objects and arrays in a JSON body; their values become JSON text. */
  readonly nestedJson?: boolean
  /**
   * Whether an unknown integration key may cause a look-up of its own. If not, look-ups of such requests
   * run one at a time.
   */
  readonly lookUp: boolean
}

interface CachedIntegration {
  readonly integration: Integration
  readonly key: KeyObject
  readonly readAt: number
}

/** A removed application or a replaced key is accepted for this time at most. */
const maxCacheAgeMs = 1000
const maxCached = 10_000
const sha1Digits = 40
/** Bytes. Requests of real clients are much smaller. */
const maxRehashed = 4096
const ikeyPattern = /^[A-Za-z0-9]{1,64}$/

/** Authenticates the application that signed a request (duo.com/docs/authapi, "Authentication"). */
export class SignedRequestGate {
  readonly #options: GateOptions
  readonly #refusals: RefusalLog
  readonly #cache = new Map<string, CachedIntegration>()
  /** Look-ups in progress, by integration key; simultaneous requests share one. */
  readonly #reading = new Map<string, Promise<CachedIntegration | undefined>>()
  readonly #readingInTurn = new Map<string, Promise<CachedIntegration | undefined>>()

  constructor(options: GateOptions) {
    this.#options = options
    this.#refusals = new RefusalLog(options.log, options.clock)
  }

  /**
   * @throws {AuthApiFailure} 401xx if the request is not authentic, 40301 if the application may not send
   *   it, 40002 if its parameters can't be decoded.
   */
  async admit(request: FastifyRequest, options: AdmitOptions): Promise<SignedRequest> {
    const credentials = parseAuthorization(request.headers.authorization ?? '')
    const known =
      credentials === undefined ? undefined : await this.#find(credentials.ikey, options.lookUp)
    try {
      if (credentials === undefined) throw new AuthApiFailure(failures.missingCredentials)
      if (known === undefined) throw new AuthApiFailure(failures.invalidIkey)
      return this.#verify(request, credentials.signature, known, options)
    } catch (failure) {
      if (failure instanceof AuthApiFailure && failure.status === 401) {
        this.#refusals.refused({
          failure,
          ikey: credentials?.ikey,
          application: known?.integration.name,
          host: request.headers.host ?? '',
          from: this.#options.clientAddresses.resolve(request),
        })
      }
      throw failure
    }
  }

  /**
   * An application as it is now, to see whether what it was admitted for is still permitted.
   *
   * @returns At once if it was read within the last second; `undefined` if it was deleted.
   */
  current(ikey: string): Integration | undefined | Promise<Integration | undefined> {
    const known = this.#cache.get(ikey)
    if (known !== undefined && this.#options.clock.now() - known.readAt < maxCacheAgeMs)
      return known.integration
    return this.#find(ikey, true).then((found) => found?.integration)
  }

  #verify(
    request: FastifyRequest,
    signature: string,
    { integration, key }: CachedIntegration,
    { types, allowSignatureV1, nestedJson = false, lookUp }: AdmitOptions,
  ): SignedRequest {
    const body = request.body instanceof Uint8Array ? request.body : new Uint8Array()
    // beyond the limit of refused requests, only cheap checks are allowed
    if (!lookUp && body.length > maxRehashed) throw new AuthApiFailure(failures.invalidSignature)
    const date = readDate(request)
    if (date !== undefined && !this.#isNow(date)) throw new AuthApiFailure(failures.badTimestamp)
    const url = request.raw.url ?? ''
    const contentType = request.headers['content-type']
    const parameters = new ReceivedParameters(url, body, contentType, { nestedJson })
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
    const sent = parameters.decode()
    return { integration, sent, parameters: new Map(sent) }
  }

  /** Each host costs a hash of the whole body, for forged requests too. */
  #hosts(request: FastifyRequest, body: Uint8Array): string[] {
    const sent = sentHosts(request)
    return body.length > maxRehashed ? sent : [...sent, ...this.#options.ownHosts()]
  }

  async #find(ikey: string, lookUp: boolean): Promise<CachedIntegration | undefined> {
    if (!ikeyPattern.test(ikey)) return undefined
    const before = this.#cache.get(ikey)
    if (before !== undefined && this.#options.clock.now() - before.readAt < maxCacheAgeMs)
      return before
    const inTurn = before === undefined && !lookUp
    // a queued look-up waits behind forged requests, so other requests must not share it
    const reads = inTurn ? this.#readingInTurn : this.#reading
    const read = () => this.#read(ikey, inTurn)
    // a known application's requests queue for their own work only; `check` never queues
    const reading = reads.get(ikey) ?? (before === undefined ? read() : aheadOfQueue(read))
    reads.set(ikey, reading)
    return await reading.finally(() => reads.delete(ikey))
  }

  async #read(ikey: string, inTurn: boolean): Promise<CachedIntegration | undefined> {
    const { db, integrations } = this.#options
    const integration = inTurn
      ? await integrations.byIkeyInTurn(ikey)
      : await integrations.byIkey(ikey, db)
    if (integration !== undefined) return this.#store(ikey, integration)
    this.#cache.delete(ikey)
    return undefined
  }

  #store(ikey: string, integration: Integration): CachedIntegration {
    const before = this.#cache.get(ikey)
    if (this.#cache.size >= maxCached) this.#cache.clear()
    const same = before?.integration.skey === integration.skey
    const key = same ? before.key : signingKey(integration.skey.reveal())
    const known = { integration, key, readAt: this.#options.clock.now() }
    this.#cache.set(ikey, known)
    return known
  }

  #isNow(date: string): boolean {
    const time = parseDate(date)
    return time !== undefined && Math.abs(time - this.#options.clock.now()) <= allowedSkewMs
  }
}

/** An absolute request target also names the host, and overrides the header (RFC 9112 §3.2.2). */
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
  const found: Parameter[] = []
  for (const name in headers) {
    const value = headers[name]
    if (name.startsWith('x-duo-') && typeof value === 'string') found.push([name, value])
  }
  return found
}
