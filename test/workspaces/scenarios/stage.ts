import { sectionKinds } from '../../../src/proxy/section_kinds.ts'
import type { RadiusServerDuoOnly } from '../../../src/proxy/sections/proxy_config.ts'
import { Integrations } from '../../../src/service/applications/integrations.ts'
import { StoreError } from '../../../src/service/store/store_error.ts'
import { WorkspacesDirectory } from '../../../src/workspaces/directory/directory.ts'
import type { Resolve } from '../../../src/workspaces/directory/radius_server.ts'
import { defaultKnobs, parseKnobs } from '../../../src/workspaces/knobs/knobs.ts'
import { type PrimaryAuthentication, refusal } from '../../../src/workspaces/primary/primary.ts'
import { outboxProviders } from '../../rig/outbox_providers.ts'
import { ProxyAtWork, sectionFor, testSecret } from '../../rig/proxy_at_work.ts'
import type { PushPhone } from '../../rig/push_phone.ts'
import { TestService, type TestToken } from '../../rig/service.ts'
import { ProxyProgram } from './proxy_program.ts'

/** RADIUS settings of a directory, for which the stage has an application and a listener at each proxy. */
export interface Setup {
  /** Seconds. */
  readonly timeoutSecs: number
  readonly retries: number
  /** Proxies that the directory asks: 1 or 2. */
  readonly proxies: 1 | 2
}

/** A proxy in this process, or a program. */
interface StoppableProxy {
  stop(): Promise<unknown>
}

/** A user of the domain and of the service. */
export interface Person {
  readonly userId: string
  readonly username: string
  readonly phone: PushPhone
  readonly token: TestToken
}

export const password = 'correct horse'
const proxyAddresses = ['127.0.0.1', '127.0.0.2'] as const
const proxyOutageMs = 20_000
const pollMs = 500
const watchMs = 100

/** Every name is a user of the domain, with the same password, except those that begin with `nobody`. */
const domain: PrimaryAuthentication = {
  async verify(userName, typed) {
    const [name = ''] = userName.split('@')
    if (name.startsWith('nobody')) return refusal('525')
    if (typed.reveal() !== password) return refusal('52e')
    return {
      kind: 'accepted',
      samAccountName: name,
      userPrincipalName: `${name}@corp.example.com`,
    }
  },
  async close() {},
}

/** A service, two proxies and any number of directories in this process. */
export class Stage {
  readonly service: TestService
  readonly proxies: readonly StoppableProxy[]
  readonly #ports: ReadonlyMap<string, number>
  readonly #directories: WorkspacesDirectory[] = []
  /** Transactions that were seen, by user. */
  readonly #transactions = new Map<string, Set<string>>()
  readonly #poll: NodeJS.Timeout
  readonly #watch: NodeJS.Timeout
  /** When this process stood still, and for how long. */
  readonly #stalls: { readonly at: number; readonly ms: number }[] = []
  #people = 0
  readonly #crowd: Person[] = []
  #enrolling: Promise<Person | undefined> = Promise.resolve(undefined)
  #isClosed = false

  private constructor(
    service: TestService,
    proxies: readonly StoppableProxy[],
    ports: ReadonlyMap<string, number>,
  ) {
    this.service = service
    this.proxies = proxies
    this.#ports = ports
    this.#poll = setInterval(() => {
      // a busy database is asked again next time
      this.#look().catch(() => undefined)
    }, pollMs)
    let last = performance.now()
    this.#watch = setInterval(() => {
      const now = performance.now()
      const ms = now - last - watchMs
      if (ms > watchMs) this.#stalls.push({ at: now, ms })
      last = now
    }, watchMs)
  }

  /**
   * @param changes Differences of all listeners, such as another failmode.
   * @param isFirstProxySeparate Whether the first proxy is a program, for the only setup.
   */
  static async start(
    setups: readonly Setup[],
    changes: Partial<RadiusServerDuoOnly> = {},
    { isFirstProxySeparate = false } = {},
  ): Promise<Stage> {
    const service = await TestService.start({ config: outboxProviders() })
    const sections: RadiusServerDuoOnly[] = []
    for (const setup of setups) {
      sections.push(await patiently(() => createSection(service, setup, changes)))
    }
    const other = sections.map((section) => ({
      ...section,
      interfaceAddress: proxyAddresses[1],
      port: 0,
    }))
    const second = await startProxy(other)
    const ports = sections.map((_section, index) => second.findPort(index))
    const same = sections.map((section, index) => ({ ...section, port: ports[index] ?? 0 }))
    const [only] = same
    const first =
      isFirstProxySeparate && only !== undefined
        ? await ProxyProgram.start(only)
        : await startProxy(same)
    const byKey = new Map(setups.map((setup, index) => [keyOf(setup), ports[index] ?? 0]))
    return new Stage(service, [first, second], byKey)
  }

  /** Kills the first proxy, which must be a program. */
  async killFirstProxy(): Promise<void> {
    const [first] = this.proxies
    if (!(first instanceof ProxyProgram)) throw new Error('the first proxy is no program')
    await first.kill()
  }

  /** The same people each time, because it takes a while to enrol them. */
  async crowd(count: number): Promise<readonly Person[]> {
    while (this.#crowd.length < count) this.#crowd.push(await this.person())
    return this.#crowd.slice(0, count)
  }

  /** A person with a push app and a token, enrolled in the service. One at a time: the database has one writer. */
  person(): Promise<Person> {
    const enrolled = this.#enrolling.then(() => this.#enrol())
    this.#enrolling = enrolled.catch(() => undefined)
    return enrolled
  }

  async #enrol(): Promise<Person> {
    const username = `person${++this.#people}`
    const { userId } = await patiently(() => this.service.addUser({ username }))
    const phone = await patiently(() => this.service.addPushPhone(userId))
    const token = await patiently(() => this.service.addToken(userId))
    return { userId, username, phone, token }
  }

  portFor(setup: Setup): number {
    const port = this.#ports.get(keyOf(setup))
    if (port === undefined) throw new Error(`the stage has no application for ${keyOf(setup)}`)
    return port
  }

  /** A directory on which nothing is enabled. */
  directory(
    knobs: object,
    options: {
      readonly controllers?: number
      readonly resolve?: Resolve
      readonly type?: 'ADConnector' | 'MicrosoftAD'
    } = {},
  ): WorkspacesDirectory {
    const { controllers = 2, type = 'ADConnector' } = options
    const directory = new WorkspacesDirectory({
      identity: {
        directoryId: 'd-0123456789',
        name: 'corp.example.com',
        shortName: 'CORP',
        type,
        launchTime: 0,
      },
      controllers: Array.from({ length: controllers }, (_, index) => ({
        address: `127.0.0.${11 + index}`,
        addressIpv6: '::1',
      })),
      primary: domain,
      knobs: parseKnobs(knobs, defaultKnobs(type)),
      resolve: options.resolve ?? (async (name) => Promise.reject(new Error(`${name} is unknown`))),
    })
    directory.start()
    this.#directories.push(directory)
    return directory
  }

  settingsFor(setup: Setup, changes: object = {}): Readonly<Record<string, unknown>> {
    return {
      RadiusServers: proxyAddresses.slice(0, setup.proxies),
      RadiusPort: this.portFor(setup),
      RadiusTimeout: setup.timeoutSecs,
      RadiusRetries: setup.retries,
      SharedSecret: testSecret,
      AuthenticationProtocol: 'PAP',
      ...changes,
    }
  }

  /** A directory that has RADIUS enabled and is Completed. */
  async enabled(
    knobs: object,
    setup: Setup,
    changes: object = {},
    options: { readonly controllers?: number } = {},
  ): Promise<WorkspacesDirectory> {
    const directory = this.directory(knobs, options)
    directory.enableRadius(this.settingsFor(setup, changes))
    await directory.probed()
    const status = directory.radius?.status
    if (status !== 'Completed') {
      throw new Error(`RADIUS is ${status}: ${JSON.stringify(directory.radius?.lastProbe)}`)
    }
    return directory
  }

  /** How many prompts a user has got: pushes, calls and messages. */
  async promptsOf({ userId }: Person): Promise<number> {
    await this.#look()
    return this.#transactions.get(userId)?.size ?? 0
  }

  /** The longest time that this process stood still, because the machine was busy with others. */
  longestStallMs(since: number): number {
    return Math.max(0, ...this.#stalls.filter(({ at }) => at >= since).map(({ ms }) => ms))
  }

  /** The same for many people together. */
  async promptsOfAll(people: readonly Person[]): Promise<number> {
    await this.#look()
    return people.reduce((sum, { userId }) => sum + (this.#transactions.get(userId)?.size ?? 0), 0)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#poll)
    clearInterval(this.#watch)
    await Promise.all(this.#directories.map((directory) => directory.close()))
    await Promise.all(this.proxies.map((proxy) => proxy.stop()))
    await this.service.close()
  }

  /** Transactions are deleted a while after they have ended, so that they are counted as they come. */
  async #look(): Promise<void> {
    if (this.#isClosed) return
    const rows = await this.service.store.db
      .selectFrom('transactions')
      .select(['txid', 'user_id', 'factor'])
      .where('factor', 'in', ['push', 'phone', 'sms'])
      .execute()
    for (const { txid, user_id: userId } of rows) {
      if (userId === null) continue
      const seen = this.#transactions.get(userId) ?? new Set()
      this.#transactions.set(userId, seen.add(txid))
    }
  }
}

/** An application whose RADIUS client retries as the setup says, and the section of its proxies. */
async function createSection(
  service: TestService,
  setup: Setup,
  changes: Partial<RadiusServerDuoOnly>,
): Promise<RadiusServerDuoOnly> {
  const retries = {
    radiusTimeoutSecs: setup.timeoutSecs,
    radiusRetries: setup.retries,
    radiusServers: setup.proxies,
  }
  const integrations = new Integrations(service.store)
  const { ikey, skey } = await service.store.transaction(async (db) => {
    const name = await integrations.freeName(`directory ${keyOf(setup)}`, db)
    const settings = { name, type: 'radius', client: { failmode: 'secure', ...retries } } as const
    return await integrations.create(settings, Date.now(), db)
  })
  const caFile = service.service.caFile ?? ''
  const section = sectionFor({ port: service.port, caFile }, { ikey, skey, ...changes })
  return { ...section, apiTimeoutSecs: 0, apiMaxConnections: 64, debug: false }
}

async function startProxy(sections: readonly RadiusServerDuoOnly[]): Promise<ProxyAtWork> {
  return await ProxyAtWork.startIn({ outageAfterMs: proxyOutageMs }, sectionKinds, ...sections)
}

const triesWhenBusy = 10

/** The embedded database has one writer, and the service that is under test has the first claim to it. */
async function patiently<Value>(action: () => Promise<Value>): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action()
    } catch (error) {
      const isBusy = error instanceof StoreError && error.code === 'STORE_BUSY'
      if (!isBusy || attempt === triesWhenBusy) throw error
    }
  }
}

function keyOf({ timeoutSecs, retries, proxies }: Setup): string {
  return `timeout ${timeoutSecs}, retries ${retries}, proxies ${proxies}`
}
