import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HOTP, Secret as OathSecret } from 'otpauth'
import {
  authorization,
  canonicalParameters,
  isRecord,
  rfc2822Date,
  type SignatureVersion,
  sign,
  signingKey,
} from '../../src/duo/index.ts'
import type { Clock } from '../../src/host/clock.ts'
import { type Log, silentLog } from '../../src/host/log.ts'
import type { Secret } from '../../src/host/secret.ts'
import {
  type Integration,
  Integrations,
  type IntegrationType,
  type NewUserPolicy,
} from '../../src/service/access/integrations.ts'
import { defaultConfig, type ServiceConfig } from '../../src/service/config/service_config.ts'
import type { Delivery } from '../../src/service/delivery/delivery.ts'
import { BypassCodes } from '../../src/service/directory/bypass_codes.ts'
import { Phones } from '../../src/service/directory/phones.ts'
import { Tokens } from '../../src/service/directory/tokens.ts'
import type { User } from '../../src/service/directory/user.ts'
import { type NewUser, Users } from '../../src/service/directory/users.ts'
import { ActivationCodes } from '../../src/service/enrollment/activation_codes.ts'
import { type Service, startService } from '../../src/service/service.ts'
import { Store } from '../../src/service/store/store.ts'
import { PushPhone, type PushPhoneOptions } from './push_phone.ts'

export interface TestServiceOptions {
  readonly config?: Partial<ServiceConfig>
  readonly clock?: Clock
  readonly delivery?: Delivery
  readonly databaseUrl?: Secret
  readonly log?: Log
  /** In place of the browser apps as they were built last. */
  readonly webFolder?: string
  /** A data folder that is kept, as for a second process on the same data. */
  readonly folder?: string
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  readonly octets: Buffer
  /** Parsed, where it is JSON. */
  readonly body: Readonly<Record<string, unknown>>
}

/** A request as it goes out; what is not named is as an honest client has it. */
export interface SignedCall {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly parameters?: Readonly<Record<string, string>>
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

/** A token whose codes a test can make. */
export interface TestToken {
  code(counter: number): string
}

const dayMs = 86_400_000

/** A real service on a port of its own, with data that a test can reach into. */
export class TestService {
  readonly service: Service
  readonly store: Store
  readonly folder: string
  readonly ca: string
  readonly integration: Integration
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 })
  readonly #clock: Clock
  readonly #kept: boolean

  private constructor(
    service: Service,
    store: Store,
    folder: string,
    integration: Integration,
    clock: Clock,
    kept: boolean,
  ) {
    this.service = service
    this.store = store
    this.folder = folder
    this.ca = service.caFile === undefined ? '' : readFileSync(service.caFile, 'utf8')
    this.integration = integration
    this.#clock = clock
    this.#kept = kept
  }

  static async start(options: TestServiceOptions = {}): Promise<TestService> {
    const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'countersign-'))
    const { clock = { now: () => Date.now() }, databaseUrl, delivery, log = silentLog } = options
    const service = await startService({
      folder,
      port: 0,
      address: '127.0.0.1',
      config: { ...defaultConfig(folder), databaseUrl, ...options.config },
      clock,
      log,
      ...(delivery === undefined ? {} : { delivery }),
      ...(options.webFolder === undefined ? {} : { webFolder: options.webFolder }),
    })
    const store = await Store.open({ folder, databaseUrl, migrate: false })
    const integration = await makeIntegration(store, 'authapi')
    const kept = options.folder !== undefined
    return new TestService(service, store, folder, integration, clock, kept)
  }

  async addIntegration(type: IntegrationType, policy?: NewUserPolicy): Promise<Integration> {
    return await makeIntegration(this.store, type, policy)
  }

  async addUser(user: NewUser): Promise<User> {
    return await this.store.transaction((db) =>
      new Users(this.store).create(user, this.#clock.now(), db),
    )
  }

  /** @returns Its id. */
  async addPhone(userId: string, number: string): Promise<string> {
    const { phoneId } = await this.store.transaction((db) =>
      new Phones(this.store).add(userId, { number }, this.#clock.now(), db),
    )
    return phoneId
  }

  /** A HOTP token of six digits, whose first counter is 0. */
  async addToken(userId: string): Promise<TestToken> {
    const { secret } = await this.store.transaction((db) =>
      new Tokens(this.store).create(userId, { kind: 'hotp' }, this.#clock.now(), db),
    )
    const key = OathSecret.fromBase32(secret)
    return { code: (counter) => HOTP.generate({ secret: key, digits: 6, counter }) }
  }

  async addBypassCodes(userId: string, count: number): Promise<string[]> {
    return await this.store.transaction((db) =>
      new BypassCodes(this.store).create(
        userId,
        { count, reuseCount: 1, validSecs: 0, preserveExisting: false, createdBy: 'test' },
        this.#clock.now(),
        db,
      ),
    )
  }

  /** @param phoneId A phone that is there already; the activation makes one where it is `null`. */
  async addActivationCode(userId: string, phoneId: string | null = null): Promise<string> {
    const now = this.#clock.now()
    return await this.store.transaction((db) =>
      new ActivationCodes(this.store).create(userId, phoneId, now + dayMs, now, db),
    )
  }

  /** A phone with the push app, activated as a person would. */
  async addPushPhone(
    userId: string,
    { phoneId = null, ...options }: PushPhoneOptions & { readonly phoneId?: string | null } = {},
  ): Promise<PushPhone> {
    const code = await this.addActivationCode(userId, phoneId)
    const now = () => this.#clock.now()
    return await PushPhone.activate((raw) => this.send(raw), code, { now, ...options })
  }

  /** Signs a request and sends it. */
  async call(call: SignedCall): Promise<Answer> {
    const { path, parameters = {}, version = 2, digest = 'sha512' } = call
    const { integration = this.integration, method = 'POST' } = call
    const pairs = Object.entries(parameters)
    const date = version === 1 ? undefined : (call.date ?? rfc2822Date(this.#clock.now()))
    const asJson = version >= 4 && method === 'POST'
    const encoded = canonicalParameters(pairs)
    const inQuery = method === 'GET' || call.inQuery === true
    const body = asJson ? JSON.stringify(parameters) : inQuery ? '' : encoded
    const duoHeaders: Record<string, string> =
      date !== undefined && call.duoDate === true ? { 'x-duo-date': date } : {}
    const signature =
      call.signature ??
      sign(
        {
          date: date ?? '',
          method,
          host: '127.0.0.1',
          path,
          parameters: asJson ? [] : pairs,
          body,
          headers: Object.entries(duoHeaders),
        },
        signingKey(integration.skey.reveal()),
        version,
        digest,
      )
    return await this.send({
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
    })
  }

  /** Sends a request as it is. */
  send(raw: {
    readonly method: string
    readonly path: string
    readonly body?: string
    readonly headers?: Readonly<Record<string, string>>
  }): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { method, path, body = '', headers = {} } = raw
      const { port } = this.service
      const sent = request(
        { host: '127.0.0.1', port, method, path, headers, ca: this.ca, agent: this.#agent },
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

  async close(): Promise<void> {
    await this.service.close()
    this.#agent.destroy()
    await this.store.close()
    if (!this.#kept) rmSync(this.folder, { recursive: true, force: true })
  }
}

/** The `response` of a success. */
export function responseOf({ body }: Answer): Readonly<Record<string, unknown>> {
  if (!isRecord(body.response)) throw new Error(`no success: ${JSON.stringify(body)}`)
  return body.response
}

async function makeIntegration(
  store: Store,
  type: IntegrationType,
  newUserPolicy: NewUserPolicy = 'enroll',
): Promise<Integration> {
  return await store.transaction((db) =>
    new Integrations(store).create({ name: `test ${type}`, type, newUserPolicy }, Date.now(), db),
  )
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text)
    return isRecord(body) ? body : {}
  } catch {
    return {}
  }
}
