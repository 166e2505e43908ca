import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock } from '../../src/host/clock.ts'
import { type Integration, Integrations } from '../../src/service/applications/integrations.ts'
import { Phones } from '../../src/service/authenticators/phone/phones.ts'
import { defaultConfig } from '../../src/service/config/service_config.ts'
import { Outbox } from '../../src/service/messaging/outbox/outbox.ts'
import { setApplicationPolicy } from './application_policy.ts'
import { PushPhone } from './push_phone.ts'
import { RecordingLog } from './recording_log.ts'
import { TestService, type TestServiceOptions, type TestToken } from './service.ts'
import { untilFound } from './until.ts'

/** A user with a phone for every factor, and a token. */
export interface Person {
  readonly username: string
  readonly userId: string
  readonly phone: PushPhone
  readonly token: TestToken
}

/** A service for Duo Unix; its messages and calls stay in its outbox. */
export class UnixService {
  readonly integration: Integration
  readonly outbox: Outbox
  #service: TestService
  readonly #options: TestServiceOptions
  readonly #clock: Clock
  readonly #log: RecordingLog
  readonly #answered = new Set<string>()

  private constructor(
    service: TestService,
    integration: Integration,
    options: TestServiceOptions,
    clock: Clock,
    log: RecordingLog,
  ) {
    this.#service = service
    this.integration = integration
    this.outbox = new Outbox(service.folder, clock)
    this.#options = options
    this.#clock = clock
    this.#log = log
  }

  static async start(clock: Clock = systemClock): Promise<UnixService> {
    const log = new RecordingLog()
    const { sms, phone } = defaultConfig('.')
    const provider = { kind: 'outbox' } as const
    const config = {
      accessLog: true,
      sms: { ...sms, provider },
      phone: { ...phone, provider },
    }
    const options = { folder: mkdtempSync(join(tmpdir(), 'unix-')), clock, log, config }
    const service = await TestService.start(options)
    return new UnixService(service, await service.addIntegration('unix'), options, clock, log)
  }

  /** The process that runs. */
  get service(): TestService {
    return this.#service
  }

  /** Starts a new process, on another port. */
  async startAgain(): Promise<void> {
    this.#service = await TestService.start(this.#options)
  }

  async close(): Promise<void> {
    await this.#service.close()
    rmSync(this.#service.folder, { recursive: true })
  }

  async addPerson(username: string = `user-${randomUUID()}`): Promise<Person> {
    const { userId } = await this.#service.addUser({ username })
    const phone = await this.addPushPhone(userId, '+15550104788', 'Work')
    return { username, userId, phone, token: await this.#service.addToken(userId) }
  }

  /** Creates an application that requires verified push. */
  async addVerifiedPush(): Promise<Integration> {
    const { store } = this.#service
    const unix = { name: 'verified', type: 'unix' } as const
    const integrations = new Integrations(store)
    const made = await store.transaction((db) => integrations.create(unix, this.#clock.now(), db))
    await setApplicationPolicy(store, made, { verifiedPush: true })
    return made
  }

  /** A phone with the push app. */
  async addPushPhone(userId: string, number: string, name: string): Promise<PushPhone> {
    const phoneId = await this.addPhone(userId, number, name)
    const code = await this.#service.addActivationCode(userId, phoneId)
    const now = () => this.#clock.now()
    return await PushPhone.activate((raw) => this.#service.send(raw), code, { name, now })
  }

  /** @returns Its `DP…`. */
  async addPhone(userId: string, number: string, name: string): Promise<string> {
    const { store } = this.#service
    const phone = { number, name }
    const { phoneId } = await store.transaction((db) =>
      new Phones().add(userId, phone, this.#clock.now(), db),
    )
    return phoneId
  }

  /** The passcodes of the latest message. */
  async passcodes(): Promise<readonly string[]> {
    const latest = (await this.outbox.list()).find(({ kind }) => kind === 'sms')
    return /: ([\d ]+)$/.exec(latest?.text ?? '')?.[1]?.split(' ') ?? []
  }

  /** Presses a key in the next call, or hangs up. @returns The call's id. */
  async answerCall(key: string | null): Promise<string> {
    const call = await untilFound(async () =>
      (await this.outbox.list()).find(
        ({ kind, id }) => kind === 'phone' && !this.#answered.has(id),
      ),
    )
    this.#answered.add(call.id)
    await this.outbox.answer(call.id, key)
    return call.id
  }

  /** How many requests for a path were answered. */
  requests(path: string): number {
    return this.#log.lines.filter((line) => line.includes(`path: '${path}'`)).length
  }
}
