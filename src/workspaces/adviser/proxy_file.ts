import { createHash, createHmac, randomBytes } from 'node:crypto'
import { errorText } from '../../host/error_text.ts'
import { readConfigFile } from '../../host/regular_file.ts'
import type { Secret } from '../../host/secret.ts'
import { readProxyConfig } from '../../proxy/sections/read_proxy_config.ts'
import { includesAddress } from '../../radius/udp/client_addresses.ts'

/** A `radius_ip_N` of a proxy, with its secrets. */
export interface ProxyClient {
  readonly section: string
  /** `radius_ip_2` */
  readonly name: string
  readonly addresses: string
  readonly secret: Secret
  readonly previousSecret: Secret | undefined
}

/** What the adviser needs of an `authproxy.cfg`. */
export interface ProxyFile {
  readonly file: string
  /** UDP ports of its RADIUS sections. */
  readonly ports: readonly number[]
  readonly clients: readonly ProxyClient[]
  /** Of the whole file: two proxies of one directory should have the same. */
  readonly fingerprint: string
}

/** Thrown if an `authproxy.cfg` can't be used; the message names the lines. */
export class ProxyFileError extends Error {
  override readonly name = 'ProxyFileError'
}

/** @throws {ProxyFileError} */
export function readProxyFile(file: string): ProxyFile {
  let text: string
  try {
    text = readConfigFile(file).toString('utf8')
  } catch (error) {
    throw new ProxyFileError(`${file} can't be read: ${errorText(error)}`)
  }
  const { config, problems } = readProxyConfig(text, file)
  if (config === undefined) {
    const errors = problems.filter(({ severity }) => severity === 'error')
    throw new ProxyFileError(
      errors.map(({ line, message }) => `${file}:${line}: ${message}`).join('\n'),
    )
  }
  const clients = config.servers.flatMap((section) =>
    section.radiusClients.map(({ name, addresses, secret, previousSecret }) => ({
      section: section.name,
      name,
      addresses,
      secret,
      previousSecret,
    })),
  )
  return {
    file,
    ports: [...new Set(config.servers.map(({ port }) => port))],
    clients,
    fingerprint: createHash('sha256').update(text).digest('hex').slice(0, 16),
  }
}

/** The clients whose addresses include a controller; a proxy may serve other appliances with secrets of their own. */
export function findControllerClients(
  files: readonly ProxyFile[],
  controllers: readonly string[],
): readonly { readonly file: string; readonly client: ProxyClient }[] {
  return files.flatMap(({ file, clients }) =>
    clients
      .filter(({ addresses }) =>
        controllers.some((controller) => includesAddress(addresses, controller)),
      )
      .map((client) => ({ file, client })),
  )
}

/**
 * Compares secrets without showing one: each is replaced by the HMAC of a random canary under it, which
 * is forgotten afterwards.
 *
 * @returns For each secret the number of its group; equal secrets have the same number.
 */
export function groupSecrets(secrets: readonly Secret[]): readonly number[] {
  const canary = randomBytes(32)
  const marks = secrets.map((secret) =>
    createHmac('sha256', secret.reveal()).update(canary).digest('hex'),
  )
  const distinct = [...new Set(marks)]
  return marks.map((mark) => distinct.indexOf(mark))
}
