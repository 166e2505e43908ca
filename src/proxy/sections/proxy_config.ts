import type { Secret } from '../../host/secret.ts'
import type { RadiusClientEntry } from '../../radius/udp/radius_client.ts'

/** `[main]`, with its defaults filled in. */
export interface MainSection {
  readonly debug: boolean
  /** Absolute. */
  readonly logDir: string
  readonly logFile: boolean
  readonly logMaxFiles: number
  /** Octets; 0 for no rotation. */
  readonly logMaxSize: number
  readonly logStdout: boolean
  readonly logSyslog: boolean
  /** `LOG_USER`, `LOG_LOCAL0`, … */
  readonly syslogFacility: string
  readonly logAuthEvents: boolean
  /** On loopback; 0 for none. */
  readonly metricsPort: number
}

/** A `[radius_server_duo_only]` section, with what it inherits and its defaults filled in. */
export interface RadiusServerSection {
  /** As in the file, with its number. */
  readonly name: string
  readonly ikey: string
  readonly skey: Secret
  readonly apiHost: string
  readonly apiPort: number
  /** Absolute. */
  readonly httpCaCertsFile: string | undefined
  readonly httpProxyHost: string | undefined
  readonly httpProxyPort: number
  /** Name of the section that checks the first factor. */
  readonly client: string
  readonly port: number
  /** `undefined` for every IPv4 address. */
  readonly interfaceAddress: string | undefined
  readonly failmode: 'safe' | 'secure'
  /** 0 for the proxy's own limits. */
  readonly apiTimeoutSecs: number
  readonly apiMaxConnections: number
  readonly clients: readonly RadiusClientEntry[]
  readonly exemptUsernames: readonly string[]
  /** Name of an attribute in the dictionary. */
  readonly clientIpAttr: string
  /** A label of the Encoding Standard, as TextDecoder takes it. */
  readonly pwCodec: string
  /** Lower-case word to the factor it stands for. */
  readonly factorAliases: ReadonlyMap<string, string>
  readonly debug: boolean
}

/** What a whole `authproxy.cfg` says. */
export interface ProxyConfig {
  readonly file: string
  readonly main: MainSection
  readonly servers: readonly RadiusServerSection[]
}
