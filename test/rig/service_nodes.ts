import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Secret } from '../../src/host/secret.ts'
import { type Integration, Integrations } from '../../src/service/applications/integrations.ts'
import { ActivationCodes } from '../../src/service/people/enrolment/activation_codes.ts'
import { Users } from '../../src/service/people/users.ts'
import { Store } from '../../src/service/store/store.ts'
import { PushPhone } from './push_phone.ts'
import { Running } from './running.ts'
import { ServiceClient } from './service_client.ts'

const program = resolve(import.meta.dirname, '../../bin/countersign')
const dayMs = 86_400_000
const config = `[service]
interface=127.0.0.1

[auth_api]
requests_per_minute=0

[push]
fatigue_limit=0
`

/** `countersign service` in its own process. */
export class ServiceNode {
  readonly folder: string
  readonly running: Running
  readonly port: number
  readonly ca: string
  readonly client: ServiceClient

  constructor(
    folder: string,
    running: Running,
    port: number,
    integration: Integration,
    address = '127.0.0.1',
  ) {
    this.folder = folder
    this.running = running
    this.port = port
    this.ca = readFileSync(join(folder, 'ca.pem'), 'utf8')
    const maxSockets = Number.POSITIVE_INFINITY
    this.client = new ServiceClient({ address, port, ca: this.ca, integration, maxSockets })
  }

  /** @returns Exit status. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const status = await this.running.stop(signal)
    this.client.close()
    return status
  }
}

/** Several processes of the service on one database, whose data a test can read and change. */
export class ServiceNodes {
  readonly store: Store
  readonly integration: Integration
  readonly nodes: ServiceNode[] = []
  readonly #databaseUrl: Secret | undefined
  readonly #sealingKey: Secret
  readonly #folders: string[] = []

  private constructor(
    store: Store,
    integration: Integration,
    databaseUrl: Secret | undefined,
    sealingKey: Secret,
  ) {
    this.store = store
    this.integration = integration
    this.#databaseUrl = databaseUrl
    this.#sealingKey = sealingKey
  }

  /** @param databaseUrl Without one, SQLite, which supports one process. */
  static async start(databaseUrl: Secret | undefined, count: number): Promise<ServiceNodes> {
    const folder = mkdtempSync(join(tmpdir(), 'node-'))
    const sealingKey = new Secret(randomBytes(32).toString('base64'))
    const store = await Store.open({ folder, databaseUrl, sealingKey, migrate: true })
    const application = { name: 'VPN', type: 'authapi' } as const
    const integration = await store.transaction((db) =>
      new Integrations(store).create(application, Date.now(), db),
    )
    const started = new ServiceNodes(store, integration, databaseUrl, sealingKey)
    started.#folders.push(folder)
    if (count > 0) await started.run(folder)
    for (let others = 1; others < count; others++) {
      const other = mkdtempSync(join(tmpdir(), 'node-'))
      started.#folders.push(other)
      await started.run(other)
    }
    return started
  }

  /**
   * Starts a process on a new data folder, at an address and port of its own.
   *
   * @param other A node whose certificate authority it shares.
   */
  async runBeside(
    other: ServiceNode | undefined,
    address: string,
    port: number,
  ): Promise<ServiceNode> {
    const folder = mkdtempSync(join(tmpdir(), 'node-'))
    this.#folders.push(folder)
    for (const file of other === undefined ? [] : ['ca.pem', 'ca.key']) {
      copyFileSync(join(other?.folder ?? '', file), join(folder, file))
    }
    return await this.run(folder, address, port)
  }

  /** Starts a process on a data folder, whether there was one before or not. */
  async run(
    folder: string,
    address = '127.0.0.1',
    fixedPort = 0,
    env: NodeJS.ProcessEnv = {},
  ): Promise<ServiceNode> {
    const file = join(folder, 'countersign.cfg')
    writeFileSync(file, config.replace('127.0.0.1', address))
    const args = ['service', '--config', file, '--data', folder, '--port', String(fixedPort)]
    const url = this.#databaseUrl
    const running = new Running(program, args, {
      ...env,
      COUNTERSIGN_SEALING_KEY: this.#sealingKey.reveal(),
      ...(url === undefined ? {} : { COUNTERSIGN_DATABASE_URL: url.reveal() }),
    })
    const [, port] = await running.prints(/listening on \S+:(\d+)/)
    const node = new ServiceNode(folder, running, Number(port), this.integration, address)
    this.nodes.push(node)
    return node
  }

  /** A user's phone, activated at the first node that runs. */
  async addPhone(username: string): Promise<PushPhone> {
    const now = Date.now()
    const code = await this.store.transaction(async (db) => {
      const { userId } = await new Users().create({ username }, now, db)
      return await new ActivationCodes(this.store).create(userId, null, now + dayMs, now, db)
    })
    const node = this.nodes.find(({ running }) => !running.hasEnded)
    if (node === undefined) throw new Error('no node runs')
    return await PushPhone.activate((raw) => node.client.send(raw), code)
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop('SIGKILL')))
    await this.store.close()
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true })
  }
}
