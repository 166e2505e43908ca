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
  /** Of `/metrics` and `/healthz`; 0 for none. */
  readonly metricsPort: number
  readonly metricsInterface: string
  /** To services that offer to take them. */
  readonly sendReports: boolean
  /** Processes that share the sign-ins; 0 for one per core. */
  readonly workers: number
  readonly testConnectivityOnStartup: boolean
}

/** How a server section reaches the Auth API, and as which application. */
export interface ApiSettings {
  readonly ikey: string
  readonly skey: Secret
  readonly apiHost: string
  readonly apiPort: number
  /** Absolute. */
  readonly httpCaCertsFile: string | undefined
  /** In PEM. */
  readonly httpCaCerts?: string | undefined
  readonly httpProxyHost: string | undefined
  readonly httpProxyPort: number
  /** 0 for the proxy's own limits. */
  readonly apiTimeoutSecs: number
  readonly apiMaxConnections: number
  readonly apiMaxWaiting: number
}

/** What every server section has, whichever protocol it serves. */
interface CommonServerSettings extends ApiSettings {
  /** As in the file, with its number. */
  readonly name: string
  /** The section that checks the password. */
  readonly client: ClientSection
  readonly failmode: 'safe' | 'secure'
  readonly exemptUsernames: readonly string[]
  /** Factors by alias, in lower case. */
  readonly factorAliases: ReadonlyMap<string, string>
  readonly debug: boolean
}

/** What every server section that listens for RADIUS has. */
interface RadiusSettings {
  readonly port: number
  /** `undefined` for every IPv4 address. */
  readonly interfaceAddress: string | undefined
  /** The RADIUS clients that may send requests. */
  readonly radiusClients: readonly RadiusClientEntry[]
  /** Name of an attribute in the dictionary. */
  readonly clientIpAttr: string
  /** A label of the Encoding Standard, as TextDecoder takes it. */
  readonly pwCodec: string
}

export interface RadiusServerDuoOnly extends CommonServerSettings, RadiusSettings {
  readonly kind: 'radius_server_duo_only'
  /** How the RADIUS client retries a login with new packets. */
  readonly retries: ClientRetries
}

interface ClientRetries {
  /** 0 if unknown: its retries are logins of their own. */
  readonly timeoutSecs: number
  readonly count: number
  readonly servers: number
}

/** No password check: the appliance has checked it already. */
export interface DuoOnlyClient {
  readonly kind: 'duo_only_client'
  /** As in the file, with its number. */
  readonly name: string
}

/** Server sections by kind, with what they inherit and their defaults filled in. */
export interface ServerSections {
  readonly radius_server_duo_only: RadiusServerDuoOnly
}

/** Client sections by kind. */
export interface ClientSections {
  readonly duo_only_client: DuoOnlyClient
}

export type ServerKind = keyof ServerSections
export type ServerSection<Kind extends ServerKind = ServerKind> = ServerSections[Kind]
export type RadiusServerSection = Extract<ServerSection, RadiusSettings>

export type ClientKind = keyof ClientSections
export type ClientSection<Kind extends ClientKind = ClientKind> = ClientSections[Kind]

/** A whole `authproxy.cfg`. */
export interface ProxyConfig {
  readonly file: string
  readonly main: MainSection
  readonly servers: readonly ServerSection[]
}
