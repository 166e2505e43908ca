import { systemClock } from '../../src/host/clock.ts'
import { Secret } from '../../src/host/secret.ts'
import { AuthenticationProxy } from '../../src/proxy/proxy.ts'
import { type SectionKinds, sectionKinds } from '../../src/proxy/section_kinds.ts'
import type { ProxyHost } from '../../src/proxy/section_runtime.ts'
import type { ProxyConfig, RadiusServerDuoOnly } from '../../src/proxy/sections/proxy_config.ts'
import {
  type Attribute,
  Code,
  encodeAccessRequest,
  type Packet,
  SharedSecret,
  Type,
} from '../../src/radius/index.ts'
import { exchange } from '../../src/radius/udp/exchange.ts'
import { testIkey, testSkey } from './auth_api_double.ts'
import { RecordingLog } from './recording_log.ts'

/** Short, for tests that do not measure it. */
const outageAfterMs = 300

export const testSecret = 'the secret of the appliance'

/** A section that asks the API double, on a free port. */
export function sectionFor(
  api: { readonly port: number; readonly caFile: string },
  overrides: Partial<RadiusServerDuoOnly> = {},
): RadiusServerDuoOnly {
  return {
    kind: 'radius_server_duo_only',
    name: 'radius_server_duo_only',
    ikey: testIkey,
    skey: new Secret(testSkey),
    apiHost: 'localhost',
    apiPort: api.port,
    httpCaCertsFile: api.caFile,
    httpProxyHost: undefined,
    httpProxyPort: 80,
    client: { kind: 'duo_only_client', name: 'duo_only_client' },
    port: 0,
    interfaceAddress: '127.0.0.1',
    failmode: 'secure',
    apiTimeoutSecs: 10,
    apiMaxConnections: 64,
    apiMaxWaiting: 15_000,
    radiusClients: [
      {
        name: 'radius_ip_1',
        addresses: '127.0.0.0/8',
        secret: new Secret(testSecret),
        messageAuthenticator: 'auto',
        messageAuthenticatorInReplies: true,
      },
    ],
    exemptUsernames: [],
    clientIpAttr: 'Calling-Station-Id',
    pwCodec: 'utf-8',
    factorAliases: new Map(),
    retries: { timeoutSecs: 0, count: 1, servers: 1 },
    debug: true,
    ...overrides,
  }
}

/** The same with another secret, for programs that accept no spaces in it. */
export function sectionWithSecret(
  api: Parameters<typeof sectionFor>[0],
  secret: string,
  overrides: Partial<RadiusServerDuoOnly> = {},
): RadiusServerDuoOnly {
  const section = sectionFor(api, overrides)
  const radiusClients = section.radiusClients.map((client) => ({
    ...client,
    secret: new Secret(secret),
  }))
  return { ...section, radiusClients }
}

export function parseConfig(...servers: readonly RadiusServerDuoOnly[]): ProxyConfig {
  return {
    file: 'authproxy.cfg',
    main: {
      debug: true,
      logDir: '/nonexistent',
      logFile: false,
      logMaxFiles: 0,
      logMaxSize: 0,
      logStdout: false,
      logSyslog: false,
      syslogFacility: 'LOG_USER',
      logAuthEvents: true,
      metricsPort: 0,
      metricsInterface: '127.0.0.1',
      sendReports: false,
      workers: 1,
      testConnectivityOnStartup: false,
    },
    servers,
  }
}

export interface SignInOptions {
  readonly secret?: string
  readonly attributes?: readonly Attribute[]
  /** Index of the section. */
  readonly listener?: number
  /** Address of the proxy; 127.0.0.1 if absent. */
  readonly host?: string
  readonly timeoutMs?: number
}

export interface Reply {
  readonly accepted: boolean
  readonly message: string
}

/** A proxy that runs in this process, and a RADIUS client that asks it. */
export class ProxyAtWork {
  readonly log: RecordingLog
  readonly events: Record<string, unknown>[]
  readonly proxy: AuthenticationProxy

  private constructor(
    proxy: AuthenticationProxy,
    log: RecordingLog,
    events: Record<string, unknown>[],
  ) {
    this.proxy = proxy
    this.log = log
    this.events = events
  }

  static start(...servers: readonly RadiusServerDuoOnly[]): Promise<ProxyAtWork> {
    return ProxyAtWork.startWith(sectionKinds, ...servers)
  }

  /** A proxy with other modes or primary checks than the program has. */
  static async startWith(
    kinds: SectionKinds,
    ...servers: readonly RadiusServerDuoOnly[]
  ): Promise<ProxyAtWork> {
    return ProxyAtWork.startIn({}, kinds, ...servers)
  }

  /** A proxy in a host that has more than most tests need. */
  static async startIn(
    more: Partial<ProxyHost>,
    kinds: SectionKinds,
    ...servers: readonly RadiusServerDuoOnly[]
  ): Promise<ProxyAtWork> {
    const log = new RecordingLog()
    const events: Record<string, unknown>[] = []
    const host = {
      outageAfterMs,
      log,
      writeEvent: (line: string) => events.push(JSON.parse(line)),
      clock: systemClock,
      ...more,
    }
    const proxy = await AuthenticationProxy.start(parseConfig(...servers), host, kinds)
    return new ProxyAtWork(proxy, log, events)
  }

  findPort(index = 0): number {
    return this.proxy.listeners[index]?.port ?? 0
  }

  /** One sign-in; `undefined` if there is no reply. */
  async signIn(
    username: string,
    password: string | undefined,
    options: SignInOptions = {},
  ): Promise<Reply | undefined> {
    const reply = await this.request(username, password, options)
    return reply === undefined ? undefined : toReply(reply)
  }

  /** Sends an Access-Request; `undefined` if there is no reply. */
  async request(
    username: string,
    password: string | undefined,
    options: SignInOptions = {},
  ): Promise<Packet | undefined> {
    const secret = new SharedSecret(options.secret ?? testSecret)
    return exchange(
      (identifier, authenticator) =>
        encodeAccessRequest(identifier, authenticator, secret, {
          username,
          ...(password === undefined ? {} : { password: new TextEncoder().encode(password) }),
          attributes: options.attributes ?? [],
        }),
      {
        host: options.host ?? '127.0.0.1',
        port: this.findPort(options.listener),
        secret,
        timeoutMs: options.timeoutMs ?? 10_000,
      },
    )
  }

  stop(): Promise<void> {
    return this.proxy.stop()
  }
}

function toReply(packet: Packet): Reply {
  return { accepted: packet.code === Code.AccessAccept, message: replyMessage(packet) }
}

/** The text that the user sees. */
export function replyMessage(packet: Packet): string {
  return packet.attributes
    .filter(({ type }) => type === Type.ReplyMessage)
    .map(({ value }) => Buffer.from(value).toString())
    .join('')
}
