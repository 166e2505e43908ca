import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HOTP, Secret as OathSecret } from 'otpauth'
import type { Clock } from '../../src/host/clock.ts'
import { type Log, silentLog } from '../../src/host/log.ts'
import type { Secret } from '../../src/host/secret.ts'
import type { Stalls } from '../../src/host/stall_meter.ts'
import {
  type AdminApiPermission,
  adminApiPermissions,
} from '../../src/service/applications/admin_api_permissions.ts'
import {
  type Integration,
  Integrations,
  type IntegrationType,
} from '../../src/service/applications/integrations.ts'
import { BypassCodes } from '../../src/service/authenticators/bypass/bypass_codes.ts'
import { OathTokens } from '../../src/service/authenticators/oath/oath_tokens.ts'
import { Phones } from '../../src/service/authenticators/phone/phones.ts'
import type { Service } from '../../src/service/compose/run_service.ts'
import { startService } from '../../src/service/compose/service.ts'
import { defaultConfig, type ServiceConfig } from '../../src/service/config/service_config.ts'
import type { Delivery } from '../../src/service/messaging/messaging.ts'
import { ActivationCodes } from '../../src/service/people/enrolment/activation_codes.ts'
import type { User } from '../../src/service/people/user.ts'
import { type NewUser, Users } from '../../src/service/people/users.ts'
import { Store } from '../../src/service/store/store.ts'
import { setApplicationPolicy } from './application_policy.ts'
import { PushPhone, type PushPhoneOptions } from './push_phone.ts'
import { type Answer, type RawRequest, ServiceClient, type SignedCall } from './service_client.ts'
import { seedDataFolder } from './shared_sqlite.ts'

export { type Answer, parseResponse, type SignedCall } from './service_client.ts'

export interface TestServiceOptions {
  readonly config?: Partial<ServiceConfig>
  readonly clock?: Clock
  readonly stalls?: Stalls
  readonly delivery?: Delivery
  readonly databaseUrl?: Secret
  readonly log?: Log
  /** Replaces the built browser apps. */
  readonly webFolder?: string
  /** A data folder to keep, for a second process on the same data. */
  readonly folder?: string
}

/** A token whose codes a test can generate. */
export interface TestToken {
  code(counter: number): string
}

const dayMs = 86_400_000

/** A real service on a free port, whose data a test can read and change. */
export class TestService {
  readonly service: Service
  readonly store: Store
  readonly folder: string
  readonly ca: string
  readonly integration: Integration
  readonly #client: ServiceClient
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
    this.#client = new ServiceClient({ port: service.port, ca: this.ca, integration, clock })
    this.#clock = clock
    this.#kept = kept
  }

  static async start(options: TestServiceOptions = {}): Promise<TestService> {
    const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'countersign-'))
    if (options.databaseUrl === undefined) seedDataFolder(folder)
    const { clock = { now: () => Date.now() }, databaseUrl, delivery, log = silentLog } = options
    const service = await startService({
      folder,
      port: 0,
      address: '127.0.0.1',
      config: { ...defaultConfig(folder), databaseUrl, ...options.config },
      clock,
      log,
      ...(options.stalls === undefined ? {} : { stalls: options.stalls }),
      ...(delivery === undefined ? {} : { delivery }),
      ...(options.webFolder === undefined ? {} : { webFolder: options.webFolder }),
    })
    const store = await Store.open({ folder, databaseUrl, migrate: false })
    const integration = await makeIntegration(store, 'authapi')
    const kept = options.folder !== undefined
    return new TestService(service, store, folder, integration, clock, kept)
  }

  get port(): number {
    return this.service.port
  }

  async addIntegration(type: IntegrationType, newUsers?: NewUserPolicy): Promise<Integration> {
    return await makeIntegration(this.store, type, newUsers)
  }

  /** @param permissions By default, all. */
  async addAdminApi(
    permissions: readonly AdminApiPermission[] = adminApiPermissions,
  ): Promise<Integration> {
    const integrations = new Integrations(this.store)
    return await this.store.transaction(async (db) => {
      const name = await integrations.freeName('test adminapi', db)
      const settings = { name, type: 'adminapi', adminApiPermissions: permissions } as const
      return await integrations.create(settings, this.#clock.now(), db)
    })
  }

  async addUser(user: NewUser): Promise<User> {
    return await this.store.transaction((db) => new Users().create(user, this.#clock.now(), db))
  }

  /** @returns Its id. */
  async addPhone(userId: string, number: string): Promise<string> {
    const { phoneId } = await this.store.transaction((db) =>
      new Phones().add(userId, { number }, this.#clock.now(), db),
    )
    return phoneId
  }

  /** Creates an HOTP token with six digits, starting at counter 0. */
  async addToken(userId: string): Promise<TestToken> {
    const { secret } = await this.store.transaction((db) =>
      new OathTokens(this.store).create(userId, { kind: 'hotp' }, this.#clock.now(), db),
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

  /** @param phoneId An existing phone; with `null` the activation creates one. */
  async addActivationCode(userId: string, phoneId: string | null = null): Promise<string> {
    const now = this.#clock.now()
    return await this.store.transaction((db) =>
      new ActivationCodes(this.store).create(userId, phoneId, now + dayMs, now, db),
    )
  }

  /** Activates the push app on a phone, as a user would. */
  async addPushPhone(
    userId: string,
    { phoneId = null, ...options }: PushPhoneOptions & { readonly phoneId?: string | null } = {},
  ): Promise<PushPhone> {
    const code = await this.addActivationCode(userId, phoneId)
    const now = () => this.#clock.now()
    return await PushPhone.activate((raw) => this.send(raw), code, { now, ...options })
  }

  /** Signs a request and sends it. @param hangUp Cancels it. */
  async call(call: SignedCall, hangUp?: AbortSignal): Promise<Answer> {
    return await this.#client.call(call, hangUp)
  }

  /** Sends a request unsigned. */
  send(raw: RawRequest): Promise<Answer> {
    return this.#client.send(raw)
  }

  async close(): Promise<void> {
    await this.service.close()
    this.#client.close()
    await this.store.close()
    if (!this.#kept) rmSync(this.folder, { recursive: true, force: true })
  }
}

/** What happens to new users, as the options of `countersign app` name it. */
type NewUserPolicy = 'enroll' | 'allow' | 'deny'

const newUserBehaviors = { enroll: 'enroll', allow: 'no-mfa', deny: 'deny' } as const

async function makeIntegration(
  store: Store,
  type: IntegrationType,
  newUsers?: NewUserPolicy,
): Promise<Integration> {
  const integrations = new Integrations(store)
  const made = await store.transaction(async (db) => {
    const name = await integrations.freeName(`test ${type}`, db)
    return await integrations.create({ name, type }, Date.now(), db)
  })
  if (newUsers !== undefined) {
    await setApplicationPolicy(store, made, { newUsers: newUserBehaviors[newUsers] })
  }
  return made
}
