import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { HOTP, Secret as OathSecret, TOTP } from 'otpauth'
import { Secret } from '../../../src/host/secret.ts'
import { Code, encodeAccessRequest, SharedSecret } from '../../../src/radius/index.ts'
import { exchange } from '../../../src/radius/udp/exchange.ts'
import { type Integration, Integrations } from '../../../src/service/applications/integrations.ts'
import { BypassCodes } from '../../../src/service/authenticators/bypass/bypass_codes.ts'
import { OathTokens } from '../../../src/service/authenticators/oath/oath_tokens.ts'
import { Users } from '../../../src/service/people/users.ts'
import { Store } from '../../../src/service/store/store.ts'
import { freePort, Running } from '../../rig/running.ts'
import { ServiceClient } from '../../rig/service_client.ts'

const program = (name: string) => resolve(import.meta.dirname, '../../../bin', name)
export const radiusSecret = 'the secret of the appliance'
const bypassCodes = 10

export interface ProgramsOptions {
  /** PostgreSQL in place of SQLite. */
  readonly databaseUrl?: string
  /** More keys of `[service]`. */
  readonly service?: Readonly<Record<string, string | number>>
  /** More sections of countersign.cfg, as text. */
  readonly countersignCfg?: string
  /** More keys of `[radius_server_duo_only]`; failmode is `safe` without one. */
  readonly proxy?: Readonly<Record<string, string | number>>
  /** Starts no authentication proxy. */
  readonly withoutProxy?: boolean
  /** Honest users `user0`, `user1`, …, each with an HOTP token. */
  readonly honestUsers?: number
}

/** A user whose right passcodes a test can make: each is made once. */
export interface TokenHolder {
  readonly username: string
  nextPasscode(): string
}

export type SignInResult = 'accept' | 'reject' | 'silence'

/**
 * `countersign service` and `authproxy` as child processes on loopback. The attacked user is `alice`
 * with a TOTP token and bypass codes; honest users have HOTP tokens.
 */
export class Programs {
  service: Running
  readonly proxy: Running | undefined
  /** Of the service. */
  readonly port: number
  readonly ca: string
  readonly integration: Integration
  /** Asks the service directly, with signed requests. */
  readonly client: ServiceClient
  readonly honest: readonly TokenHolder[]
  readonly alice: { readonly totp: TOTP; readonly bypassCodes: readonly string[] }
  readonly store: Store
  readonly radiusPort: number
  readonly #folder: string
  readonly #databaseUrl: string | undefined

  private constructor(parts: {
    readonly service: Running
    readonly proxy: Running | undefined
    readonly port: number
    readonly radiusPort: number
    readonly folder: string
    readonly databaseUrl: string | undefined
    readonly people: People
  }) {
    this.service = parts.service
    this.proxy = parts.proxy
    this.port = parts.port
    this.radiusPort = parts.radiusPort
    this.#folder = parts.folder
    this.#databaseUrl = parts.databaseUrl
    const { integration, honest, alice, store } = parts.people
    this.integration = integration
    this.honest = honest
    this.alice = alice
    this.store = store
    this.ca = readFileSync(join(parts.folder, 'ca.pem'), 'utf8')
    this.client = new ServiceClient({ port: this.port, ca: this.ca, integration })
  }

  static async start(options: ProgramsOptions = {}): Promise<Programs> {
    const folder = mkdtempSync(join(tmpdir(), 'attack-'))
    const people = await peopleIn(folder, options)
    const serviceCfg = join(folder, 'countersign.cfg')
    writeFileSync(serviceCfg, countersignCfg(options))
    const service = startService(folder, 0, options.databaseUrl)
    const [, port] = await service.prints(/listening on \S+:(\d+)/)
    const radiusPort = await freePort()
    let proxy: Running | undefined
    if (options.withoutProxy !== true) {
      const proxyCfg = join(folder, 'authproxy.cfg')
      const { integration } = people
      writeFileSync(
        proxyCfg,
        authproxyCfg(options, { port: Number(port), radiusPort, integration }),
      )
      proxy = new Running(program('authproxy'), ['--config', proxyCfg])
      await proxy.prints(/Init Complete/)
    }
    const { databaseUrl } = options
    const running = { service, proxy, port: Number(port), radiusPort }
    return new Programs({ ...running, folder, databaseUrl, people })
  }

  /** Sends one RADIUS Access-Request through the proxy, with retransmissions. */
  async signIn(
    username: string,
    password: string,
    options: { readonly timeoutMs?: number; readonly from?: string } = {},
  ): Promise<SignInResult> {
    const secret = new SharedSecret(radiusSecret)
    const { timeoutMs = 20_000, from } = options
    const reply = await exchange(
      (identifier, authenticator) =>
        encodeAccessRequest(identifier, authenticator, secret, {
          username,
          password: new TextEncoder().encode(password),
          attributes: [],
        }),
      {
        host: '127.0.0.1',
        port: this.radiusPort,
        secret,
        timeoutMs,
        ...(from === undefined ? {} : { localAddress: from }),
      },
    )
    if (reply === undefined) return 'silence'
    return reply.code === Code.AccessAccept ? 'accept' : 'reject'
  }

  /** Resident memory of the service now, in MiB. */
  serviceMemory(): number {
    const status = readFileSync(`/proc/${this.service.child.pid}/status`, 'utf8')
    return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024)
  }

  /** Reads one value of the service's metrics, summed over its labels. */
  async metric(name: string): Promise<number> {
    const { text } = await this.client.send({ method: 'GET', path: '/metrics' })
    const lines = text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))
    return [...lines].reduce((sum, [, value]) => sum + Number(value), 0)
  }

  /** Stops the service and starts it again on its port. */
  async restartService(): Promise<void> {
    await this.service.stop()
    this.service = startService(this.#folder, this.port, this.#databaseUrl)
    await this.service.prints(/listening on/)
  }

  async stop(): Promise<void> {
    await this.proxy?.stop()
    this.client.close()
    await this.service.stop()
    await this.store.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function startService(folder: string, port: number, databaseUrl: string | undefined): Running {
  const config = join(folder, 'countersign.cfg')
  return new Running(
    program('countersign'),
    ['service', '--config', config, '--data', folder, '--port', String(port)],
    databaseUrl === undefined ? {} : { COUNTERSIGN_DATABASE_URL: databaseUrl },
  )
}

/** Uses CPU time beside the programs until it is stopped. */
export function busyLoops(count: number): { stop(): Promise<void> } {
  const loops = Array.from(
    { length: count },
    () => new Running(process.execPath, ['-e', 'for (;;);']),
  )
  return {
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop('SIGKILL')))
    },
  }
}

interface People {
  readonly store: Store
  readonly integration: Integration
  readonly honest: readonly TokenHolder[]
  readonly alice: Programs['alice']
}

async function peopleIn(
  folder: string,
  { databaseUrl, honestUsers = 20 }: ProgramsOptions,
): Promise<People> {
  const database = databaseUrl === undefined ? undefined : new Secret(databaseUrl)
  const store = await Store.open({ folder, databaseUrl: database, migrate: true })
  const [users, tokens, now] = [new Users(), new OathTokens(store), Date.now()]
  return await store.transaction(async (db) => {
    const integration = await new Integrations(store).create(
      { name: 'attacked', type: 'radius' },
      now,
      db,
    )
    const honest: TokenHolder[] = []
    for (let index = 0; index < honestUsers; index++) {
      const username = `user${index}`
      const { userId } = await users.create({ username }, now, db)
      const { secret } = await tokens.create(userId, { kind: 'hotp' }, now, db)
      honest.push(tokenHolder(username, secret))
    }
    const { userId } = await users.create({ username: 'alice' }, now, db)
    const { secret } = await tokens.create(userId, { kind: 'totp' }, now, db)
    const codes = await new BypassCodes(store).create(
      userId,
      {
        count: bypassCodes,
        reuseCount: 1,
        validSecs: 0,
        preserveExisting: false,
        createdBy: 'attack',
      },
      now,
      db,
    )
    const totp = new TOTP({ secret: OathSecret.fromBase32(secret) })
    return { store, integration, honest, alice: { totp, bypassCodes: codes } }
  })
}

function tokenHolder(username: string, base32: string): TokenHolder {
  const secret = OathSecret.fromBase32(base32)
  let counter = 0
  return { username, nextPasscode: () => HOTP.generate({ secret, digits: 6, counter: counter++ }) }
}

function countersignCfg({ service = {}, countersignCfg: sections = '' }: ProgramsOptions): string {
  const keys = { host_names: 'localhost, 127.0.0.1', interface: '127.0.0.1', ...service }
  return `[service]\n${readLines(keys)}\n[auth_api]\nrequests_per_minute=0\n\n${sections}\n`
}

function authproxyCfg(
  { proxy = {} }: ProgramsOptions,
  {
    port,
    radiusPort,
    integration,
  }: { readonly port: number; readonly radiusPort: number; readonly integration: Integration },
): string {
  const keys = {
    ikey: integration.ikey,
    skey: integration.skey.reveal(),
    api_host: 'localhost',
    api_port: port,
    http_ca_certs_file: 'ca.pem',
    failmode: 'safe',
    interface: '127.0.0.1',
    port: radiusPort,
    radius_ip_1: '127.0.0.0/8',
    radius_secret_1: radiusSecret,
    ...proxy,
  }
  return `[main]\nworkers=1\nlog_stdout=true\nlog_dir=.\n\n[duo_only_client]\n\n[radius_server_duo_only]\n${readLines(keys)}`
}

function readLines(keys: Readonly<Record<string, string | number>>): string {
  return Object.entries(keys)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}
