import { randomUUID } from 'node:crypto'
import { globSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { unixCfg } from '../../src/service/applications/client/unix_cfg.ts'
import type { Integration } from '../../src/service/applications/integrations.ts'
import { skipWithout } from './debian_package.ts'
import { Running } from './running.ts'
import type { TestService } from './service.ts'
import { Terminal } from './terminal.ts'

/** Where setup/install.mjs unpacks what it does not install. */
const unpacked = resolve(import.meta.dirname, '../../node_modules/.debian')
const loginDuo = join(unpacked, 'usr/sbin/login_duo')

const pamtester = join(unpacked, 'usr/bin/pamtester')
const [pamDuo = join(unpacked, 'lib/security/pam_duo.so')] = globSync(
  join(unpacked, 'lib/*/security/pam_duo.so'),
)

export const skipLoginDuo = skipWithout('login-duo', loginDuo)
export const skipPamDuo =
  skipWithout('libpam-duo', pamDuo) ||
  skipWithout('pamtester', pamtester) ||
  (process.getuid?.() !== 0 && 'PAM reads its services in /etc/pam.d, where only root can write')

/** Keys of `login_duo.conf` and `pam_duo.conf`. */
export type DuoSettings = Readonly<Record<string, string>>

/** Writes the configuration that `countersign app show --cfg` makes, with other settings in it. */
function writeDuoConf(
  file: string,
  { folder, service }: Pick<TestService, 'folder' | 'service'>,
  integration: Integration,
  settings: DuoSettings = {},
): void {
  const printed = unixCfg({
    title: integration.name,
    keys: integration,
    api: { host: '127.0.0.1', port: service.port },
    authority: { kind: 'file', path: join(folder, 'ca.pem') },
    failmode: 'secure',
  })
  const changed = settings
  const kept = printed
    .split('\n')
    .filter((line) => line !== '' && changed[line.split(' = ', 1)[0] ?? ''] === undefined)
  const others = Object.entries(changed).map(([key, value]) => `${key} = ${value}`)
  writeFileSync(file, `${[...kept, ...others].join('\n')}\n`, { mode: 0o600 })
}

/** What the client's programs find in their environment, of all that an SSH server would set. */
function duoEnvironment(env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    LD_LIBRARY_PATH: globSync(join(unpacked, 'usr/lib/*'))
      .filter((folder) => globSync(join(folder, 'libduo.so.*')).length > 0)
      .join(':'),
    SSH_CONNECTION: undefined,
    SSH_ORIGINAL_COMMAND: undefined,
    DUO_PASSCODE: undefined,
    ...env,
  }
}

export interface LoginOptions {
  readonly settings?: DuoSettings
  /** Where the user comes from; `null` for what the environment says. */
  readonly address?: string | null
  readonly env?: NodeJS.ProcessEnv
}

/** What the command of a login prints. */
const whoIsLetIn = 'WELCOME'

/** Logins through login_duo, the program that an SSH server runs in place of a user's shell. */
export class LoginDuo {
  readonly #service: Pick<TestService, 'folder' | 'service'>
  readonly #integration: Integration
  #files = 0

  constructor(service: Pick<TestService, 'folder' | 'service'>, integration: Integration) {
    this.#service = service
    this.#integration = integration
  }

  /** Somebody at a terminal. */
  onTerminal(user: string, options: LoginOptions = {}): Terminal {
    return new Terminal(...this.#program(user, options))
  }

  /** A login without a terminal. */
  headless(user: string, options: LoginOptions = {}): Running {
    return new Running(...this.#program(user, options))
  }

  #program(
    user: string,
    { settings, address = '203.0.113.7', env }: LoginOptions,
  ): [string, string[], NodeJS.ProcessEnv] {
    const conf = join(this.#service.folder, `login_duo-${this.#files++}.conf`)
    writeDuoConf(conf, this.#service, this.#integration, settings)
    const from = address === null ? [] : ['-h', address]
    const command = env?.SSH_ORIGINAL_COMMAND === undefined ? ['echo', whoIsLetIn] : []
    const args = ['-d', '-c', conf, '-f', user, ...from, ...command]
    return [loginDuo, args, duoEnvironment(env)]
  }
}

/** A service of PAM's with pam_duo as its one module, and logins through it. */
export class PamDuo {
  readonly #name = `countersign-test-${randomUUID()}`
  readonly #conf: string
  readonly #service: Pick<TestService, 'folder' | 'service'>
  readonly #integration: Integration

  /** Writes a file in /etc/pam.d, which the caller removes. */
  constructor(service: Pick<TestService, 'folder' | 'service'>, integration: Integration) {
    this.#service = service
    this.#integration = integration
    this.#conf = join(service.folder, 'pam_duo.conf')
    writeFileSync(this.#file, `auth required ${pamDuo} conf=${this.#conf}\n`)
  }

  /** @param user One of this machine's. */
  onTerminal(user: string, { settings, address = '203.0.113.7' }: LoginOptions = {}): Terminal {
    writeDuoConf(this.#conf, this.#service, this.#integration, settings)
    const args = ['-I', `rhost=${address}`, this.#name, user, 'authenticate']
    return new Terminal(pamtester, args, duoEnvironment())
  }

  remove(): void {
    rmSync(this.#file, { force: true })
  }

  get #file(): string {
    return join('/etc/pam.d', this.#name)
  }
}

/** Waits until a login has ended: whoever is let in has his command run, and nobody else has. */
export async function isLetIn(login: Running): Promise<boolean> {
  const status = await login.ended()
  const ran = login.stdout.trimEnd().endsWith(whoIsLetIn)
  if (ran !== (status === 0)) throw new Error(`status ${status}: ${login.stdout}${login.stderr}`)
  return ran
}
