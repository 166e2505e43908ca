import { isIP } from 'node:net'
import { dirname, resolve } from 'node:path'
import { IniDocument } from '../../config/ini_document.ts'
import { Secret } from '../../host/secret.ts'
import { databaseUrlProblem } from '../store/database_url.ts'
import { ConfigValues, type Problem } from './config_values.ts'
import type { DeliveryConfig } from './delivery_config.ts'
import { isMailAddress } from './mail_address.ts'
import { bracketed, parsePublicUrl } from './public_url.ts'
import { readDeliveryConfig } from './read_delivery_config.ts'

/** `countersign.cfg`, read. */
export interface ServiceConfig extends DeliveryConfig {
  readonly hostNames: readonly string[]
  readonly interfaceAddress: string | undefined
  readonly port: number
  /** Address and port of a listener of its own for the signed API. */
  readonly apiInterface: string | undefined
  readonly apiPort: number | undefined
  /** Without a slash at its end; `undefined` for the first host name and the port. */
  readonly publicUrl: string | undefined
  /** Absolute. */
  readonly dataFolder: string
  readonly databaseUrl: Secret | undefined
  /** IP addresses, and networks in CIDR notation. */
  readonly trustedProxies: readonly string[]
  readonly certificateFiles:
    | { readonly certificateFile: string; readonly keyFile: string }
    | undefined
  readonly logoFile: string | undefined
  readonly accessLog: boolean
  readonly metrics: 'loopback' | 'all' | 'off'
  readonly debug: boolean
  readonly requestsPerMinute: number
  readonly refusedPerMinute: number
  readonly connections: ConnectionConfig
  readonly lockout: { readonly threshold: number; readonly lockMs: number }
  readonly push: PushConfig
  readonly webPush: WebPushConfig
  readonly places: PlacesConfig
  /** How long log entries are kept; 0 for ever. */
  readonly logKeepDays: number
}

/** Bounds of each listener's connections; of HTTP/2 streams, how many may be cancelled a minute. */
export interface ConnectionConfig {
  readonly total: number
  readonly perAddress: number
  readonly handshakeMs: number
  readonly headerMs: number
  readonly bodyMs: number
  readonly idleMs: number
  readonly streamResets: number
}

export interface PlacesConfig {
  readonly networks: readonly { readonly network: string; readonly name: string }[]
  readonly geoipDatabase: string | undefined
}

export interface PushConfig {
  readonly fatigue: { readonly limit: number; readonly windowMs: number }
  readonly fraudLocks: boolean
  readonly fraudEmails: readonly string[]
}

export interface WebPushConfig {
  readonly enabled: boolean
  /** `mailto:…` or `https://…` */
  readonly contact: string
  readonly privateServices: readonly string[]
}

const secondMs = 1000
const minuteMs = 60_000
const maxNameLength = 253

/** What holds where there is no file; relative paths are sought in `folder`. */
export function defaultConfig(folder: string): ServiceConfig {
  const { config } = readServiceConfig('', resolve(folder, 'countersign.cfg'))
  if (config === undefined) throw new Error('the defaults are not valid')
  return config
}

/**
 * Reads a configuration.
 *
 * @param file Its path, which relative paths in it are relative to.
 * @returns No configuration where there is an error, and all that is wrong with it at once.
 */
export function readServiceConfig(
  text: string,
  file: string,
): { readonly config: ServiceConfig | undefined; readonly problems: readonly Problem[] } {
  const values = new ConfigValues(IniDocument.parse(text), file)
  const folder = dirname(file)
  const path = (key: string, section = 'service'): string | undefined => {
    const value = values.text(section, key)
    return value === undefined ? undefined : resolve(folder, value)
  }
  const hostNames = listed(values.text('service', 'host_names'))
  for (const name of hostNames) {
    if (!isHostName(name)) {
      values.refuse('service', 'host_names', `'${name}' is no host name or IP address`)
    }
  }
  if (hostNames.length === 0) {
    values.refuse('service', 'host_names', 'host_names is empty; name the host, or leave it out')
  }
  const interfaceAddress = values.text('service', 'interface')
  if (interfaceAddress !== undefined && isIP(interfaceAddress) === 0) {
    values.refuse(
      'service',
      'interface',
      `'${interfaceAddress}' is no IP address; write one of this machine's, or leave it out for all`,
    )
  }
  const publicUrl = readPublicUrl(values)
  const databaseUrl = values.text('service', 'database_url')
  const databaseProblem = databaseUrl === undefined ? undefined : databaseUrlProblem(databaseUrl)
  if (databaseProblem !== undefined) values.refuse('service', 'database_url', databaseProblem)
  const webPushContact = values.text('push', 'web_push_contact')
  if (webPushContact !== undefined && !isContact(webPushContact)) {
    values.refuse(
      'push',
      'web_push_contact',
      `'${webPushContact}' is no address to reach somebody at; write mailto:you@example.org or https://…`,
    )
  }
  const fraudEmails = listed(values.text('push', 'fraud_email'))
  for (const address of fraudEmails) {
    if (isMailAddress(address)) continue
    values.refuse('push', 'fraud_email', `'${address}' is no mail address`)
  }
  const certificateFile = path('certificate_file')
  const keyFile = path('certificate_key_file')
  if ((certificateFile === undefined) !== (keyFile === undefined)) {
    values.refuse(
      'service',
      certificateFile === undefined ? 'certificate_key_file' : 'certificate_file',
      'certificate_file and certificate_key_file belong together; set both or neither',
    )
  }
  const config: ServiceConfig = {
    hostNames,
    interfaceAddress,
    port: values.integer('service', 'port'),
    ...apiListener(values),
    publicUrl,
    dataFolder: path('data_folder') ?? folder,
    trustedProxies: readTrustedProxies(values),
    databaseUrl: databaseUrl === undefined ? undefined : new Secret(databaseUrl),
    certificateFiles:
      certificateFile === undefined || keyFile === undefined
        ? undefined
        : { certificateFile, keyFile },
    logoFile: path('logo_file'),
    accessLog: values.yes('service', 'access_log'),
    metrics: parseMetrics(values.text('service', 'metrics')),
    debug: values.yes('service', 'debug'),
    requestsPerMinute: values.integer('auth_api', 'requests_per_minute'),
    refusedPerMinute: values.integer('auth_api', 'refused_per_minute'),
    connections: {
      total: values.integer('connections', 'total'),
      perAddress: values.integer('connections', 'per_address'),
      handshakeMs: values.integer('connections', 'handshake_seconds') * secondMs,
      headerMs: values.integer('connections', 'header_seconds') * secondMs,
      bodyMs: values.integer('connections', 'body_seconds') * secondMs,
      idleMs: values.integer('connections', 'idle_seconds') * secondMs,
      streamResets: values.integer('connections', 'stream_resets'),
    },
    lockout: {
      threshold: values.integer('lockout', 'threshold'),
      lockMs: values.integer('lockout', 'minutes') * minuteMs,
    },
    push: {
      fatigue: {
        limit: values.integer('push', 'fatigue_limit'),
        windowMs: values.integer('push', 'fatigue_minutes') * minuteMs,
      },
      fraudLocks: values.text('push', 'fraud') === 'lock',
      fraudEmails,
    },
    webPush: {
      enabled: values.yes('push', 'web_push'),
      contact: webPushContact ?? publicUrl ?? `https://${bracketed(hostNames[0] ?? 'localhost')}`,
      privateServices: listed(values.text('push', 'private_push_services')),
    },
    logKeepDays: values.integer('logs', 'keep_days'),
    places: {
      networks: readNetworks(values),
      geoipDatabase: path('geoip_database', 'places'),
    },
    ...readDeliveryConfig(values, file),
  }
  const { problems } = values
  const valid = problems.every(({ severity }) => severity !== 'error')
  return { config: valid ? config : undefined, problems }
}

function readPublicUrl(values: ConfigValues): string | undefined {
  const text = values.text('service', 'public_url')
  if (text === undefined) return undefined
  const read = parsePublicUrl(text)
  if (read.kind === 'url') return read.url
  values.refuse('service', 'public_url', read.reason)
  return undefined
}

/** RFC 8292 §2.1: a `mailto:` or an `https:` URI. */
function isContact(text: string): boolean {
  if (/^mailto:/.test(text)) return isMailAddress(text.slice('mailto:'.length))
  return /^https:\/\/[^/]/.test(text) && URL.canParse(text)
}

function readNetworks(values: ConfigValues): PlacesConfig['networks'] {
  return listed(values.text('places', 'networks')).map((item) => {
    const [, network = '', name = ''] = /^(\S+)\s+(.+)$/.exec(item) ?? []
    if (!isNetwork(network)) {
      values.refuse(
        'places',
        'networks',
        `'${item}' is no network with its name; write it like 203.0.113.0/24 Berlin office`,
      )
    }
    return { network, name }
  })
}

function readTrustedProxies(values: ConfigValues): string[] {
  const proxies = listed(values.text('service', 'trusted_proxies'))
  for (const proxy of proxies) {
    if (!isNetwork(proxy)) {
      values.refuse(
        'service',
        'trusted_proxies',
        `'${proxy}' is no IP address or network; write it like 10.0.0.5 or 10.0.0.0/24`,
      )
    } else if (/\/0+$/.test(proxy)) {
      values.warn(
        'service',
        'trusted_proxies',
        `'${proxy}' trusts everybody: any client can invent its address; name your proxies alone`,
      )
    }
  }
  return proxies
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...others] = text.split('/')
  const version = isIP(address)
  if (version === 0 || others.length > 0) return false
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  )
}

function listed(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function apiListener(values: ConfigValues): Pick<ServiceConfig, 'apiInterface' | 'apiPort'> {
  const apiInterface = values.text('service', 'api_interface')
  const apiPort = values.text('service', 'api_port')
  if (apiInterface !== undefined && isIP(apiInterface) === 0) {
    values.refuse(
      'service',
      'api_interface',
      `api_interface is '${apiInterface}', which is not an IP address; write one of this machine's`,
    )
  }
  if (apiInterface !== undefined && apiPort === undefined) {
    values.refuse('service', 'api_interface', 'api_interface needs api_port; set both')
  }
  if (apiPort !== undefined && apiPort !== '0' && apiPort === values.text('service', 'port')) {
    values.refuse('service', 'api_port', 'api_port is the same as port; write another one')
  }
  return { apiInterface, apiPort: apiPort === undefined ? undefined : Number(apiPort) }
}

function parseMetrics(value: string | undefined): ServiceConfig['metrics'] {
  return value === 'all' || value === 'off' ? value : 'loopback'
}

function isHostName(name: string): boolean {
  return (
    isIP(name) !== 0 ||
    (name.length <= maxNameLength && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(name))
  )
}
