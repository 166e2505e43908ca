import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { ProxyControl } from '../../ctl/proxy_control.ts'
import { ownInstallation, runDirFor } from '../../host/installation.ts'
import { readConfigFile } from '../../host/regular_file.ts'
import { replaceFile } from '../../host/replace_file.ts'
import { Secret } from '../../host/secret.ts'
import { shellWord } from '../../host/shell_word.ts'
import { keyFileFor, protect, readKey } from '../../proxy/sections/protected_value.ts'
import {
  findControllerClients,
  type ProxyClient,
  readProxyFile,
} from '../../workspaces/adviser/proxy_file.ts'
import type { RotationFiles, SecretUse } from '../../workspaces/adviser/rotation.ts'
import {
  beginRotation,
  endRotation,
  isRotating,
  rotatingKeys,
  undoRotation,
} from '../../workspaces/adviser/secret_lines.ts'
import { VerbError } from './run_program.ts'

/** 256 bits in letters, digits, `-` and `_`, all of which AWS and authproxy.cfg take. */
const secretOctets = 32

/** The `authproxy.cfg` of the proxies on this machine, and the proxies that run with them. */
export class LocalProxies implements RotationFiles {
  readonly #files: readonly string[]
  readonly #controllers: readonly string[]

  /** @param controllers Only clients with these addresses get a new secret. */
  constructor(files: readonly string[], controllers: readonly string[]) {
    this.#files = files.map((file) => resolve(file))
    this.#controllers = controllers
  }

  /** All files, or none of them: an interrupted `begin` writes those that are missing. */
  get isRotating(): boolean {
    return this.#files.every((file) => isRotating(readText(file)))
  }

  begin(): void {
    const written = this.#files.find((file) => isRotating(readText(file)))
    const secret =
      written === undefined
        ? new Secret(randomBytes(secretOctets).toString('base64url'))
        : this.#firstClient(written).secret
    for (const file of this.#files) {
      const text = readText(file)
      if (isRotating(text)) continue
      const names = new Set(this.#clientsOf(file).map(({ section, name }) => `${section} ${name}`))
      const seal = (plain: Secret) => protect(plain.reveal(), readKey(keyFileFor(file)))
      replaceFile(file, beginRotation(text, names, secret, seal))
    }
  }

  /** What the proxies on other machines need, without a secret: the keys, and a command that sends their lines. */
  instructions(): readonly string[] {
    const [file = ''] = this.#files
    const keys = rotatingKeys(readText(file))
    const isSealed = keys.some((key) => key.includes('_protected'))
    return [
      `They need these lines of ${file}, in place of the same keys:`,
      ...keys.map((key) => `  ${key}=…`),
      'This sends them without showing them:',
      `  grep -E '^(${keys.join('|')})=' ${shellWord(file)} | ssh PROXY 'umask 077; cat > radius-secrets'`,
      ...(isSealed
        ? [`They are encrypted with ${keyFileFor(file)}: the other proxy must have the same file.`]
        : []),
    ]
  }

  end(): void {
    for (const file of this.#files) replaceFile(file, endRotation(readText(file)))
  }

  undo(): void {
    for (const file of this.#files) replaceFile(file, undoRotation(readText(file)))
  }

  secrets() {
    const [file = ''] = this.#files
    const { secret, previousSecret } = this.#firstClient(file)
    if (previousSecret === undefined) throw new VerbError(`${file} has no radius_secret_previous_N`)
    return { present: secret, previous: previousSecret }
  }

  async reload(): Promise<void> {
    for (const file of this.#files) {
      const outcome = await controlOf(file).reload()
      if (outcome.ok || outcome.reason === 'not-running') continue
      throw new VerbError(`the proxy with ${file} was not reloaded: ${outcome.lines.join(' ')}`)
    }
  }

  async uses(): Promise<readonly SecretUse[] | undefined> {
    const found: SecretUse[] = []
    let running = 0
    for (const file of this.#files) {
      const outcome = await controlOf(file).status()
      if (!outcome.ok) continue
      running++
      const own = this.#clientsOf(file)
      for (const client of outcome.status.sections.flatMap(({ clients }) => clients)) {
        if (
          !own.some(({ name, addresses }) => name === client.name && addresses === client.addresses)
        ) {
          continue
        }
        found.push({
          client: `${client.name} (${client.addresses})`,
          lastAt: parseDate(client.last_request_at),
          lastPreviousAt: parseDate(client.previous_secret?.last_request_at),
        })
      }
    }
    return running === 0 ? undefined : found
  }

  #firstClient(file: string): ProxyClient {
    const [client] = this.#clientsOf(file)
    if (client !== undefined) return client
    throw new VerbError(
      `${file} has no radius_ip_N for a controller of the directory: ${this.#controllers.join(', ')}`,
    )
  }

  #clientsOf(file: string): readonly ProxyClient[] {
    return findControllerClients([readProxyFile(file)], this.#controllers).map(
      ({ client }) => client,
    )
  }
}

/** With the rights of the account that owns the folder: it could link to a file that only root may read. */
function readText(file: string): string {
  return readConfigFile(file).toString('utf8')
}

function controlOf(file: string): ProxyControl {
  return new ProxyControl(runDirFor(file, ownInstallation()))
}

function parseDate(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text)
}
