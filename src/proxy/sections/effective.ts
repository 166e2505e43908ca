import type { Secret } from '../../host/secret.ts'
import { showCertificates } from './certificates_value.ts'
import type { ProxyConfig, RadiusServerSection } from './proxy_config.ts'

/** The settings of a section by key, with its defaults and what it takes from `[main]`. */
export interface EffectiveSection {
  readonly name: string
  /** Secrets are masked: `*****`; an skey with its length, `*****[40]`. */
  readonly settings: Readonly<Record<string, string | number | boolean>>
}

/** Shows a secret; `withLength` for an skey. */
type ShowSecret = (secret: Secret, options?: { readonly withLength?: boolean }) => string

/** The configuration as a log may show it, unless `showSecret` shows more. */
export function effectiveSections(
  { main, servers }: ProxyConfig,
  {
    showSecret = masked,
    showCertificate = showCertificates,
  }: {
    readonly showSecret?: ShowSecret
    readonly showCertificate?: (pem: string) => string
  } = {},
): EffectiveSection[] {
  const settings = {
    debug: main.debug,
    log_dir: main.logDir,
    log_file: main.logFile,
    log_max_files: main.logMaxFiles,
    log_max_size: main.logMaxSize,
    log_stdout: main.logStdout,
    log_syslog: main.logSyslog,
    syslog_facility: main.syslogFacility,
    log_auth_events: main.logAuthEvents,
    metrics_port: main.metricsPort,
    metrics_interface: main.metricsInterface,
    send_reports: main.sendReports,
    workers: main.workers,
    test_connectivity_on_startup: main.testConnectivityOnStartup,
  }
  return [
    { name: 'main', settings },
    ...servers.map((server) => effectiveServer(server, showSecret, showCertificate)),
  ]
}

function effectiveServer(
  server: RadiusServerSection,
  showSecret: ShowSecret,
  showCertificate: (pem: string) => string,
): EffectiveSection {
  const { httpCaCertsFile, httpCaCerts, httpProxyHost, interfaceAddress, factorAliases } = server
  const aliases = [...factorAliases].map((pair) => pair.join('=')).join(', ')
  const settings = {
    ikey: server.ikey,
    skey: showSecret(server.skey, { withLength: true }),
    api_host: server.apiHost,
    api_port: server.apiPort,
    api_timeout: server.apiTimeoutSecs,
    api_max_connections: server.apiMaxConnections,
    api_max_waiting: server.apiMaxWaiting,
    failmode: server.failmode,
    client: server.client.name,
    port: server.port,
    ...(interfaceAddress === undefined ? {} : { interface: interfaceAddress }),
    ...(httpCaCertsFile === undefined ? {} : { http_ca_certs_file: httpCaCertsFile }),
    ...(httpCaCerts === undefined ? {} : { http_ca_certs: showCertificate(httpCaCerts) }),
    ...(httpProxyHost === undefined
      ? {}
      : { http_proxy_host: httpProxyHost, http_proxy_port: server.httpProxyPort }),
    client_ip_attr: server.clientIpAttr,
    pw_codec: server.pwCodec,
    ...(aliases === '' ? {} : { factor_aliases: aliases }),
    debug: server.debug,
    ...Object.assign(
      {},
      ...server.radiusClients.map((client) => clientSettings(client, showSecret)),
    ),
    ...Object.fromEntries(
      server.exemptUsernames.map((username, index) => [`exempt_username_${index + 1}`, username]),
    ),
  }
  return { name: server.name, settings }
}

function clientSettings(
  client: RadiusServerSection['radiusClients'][number],
  showSecret: ShowSecret,
): Record<string, string | boolean> {
  const number = client.name.slice('radius_ip_'.length)
  return {
    [client.name]: client.addresses,
    [`radius_secret_${number}`]: showSecret(client.secret),
    ...(client.previousSecret === undefined
      ? {}
      : { [`radius_secret_previous_${number}`]: showSecret(client.previousSecret) }),
    [`message_authenticator_${number}`]: client.messageAuthenticator,
    ...(client.messageAuthenticatorInReplies
      ? {}
      : { [`message_authenticator_in_replies_${number}`]: false }),
  }
}

function masked(secret: Secret, { withLength = false } = {}): string {
  return withLength ? `*****[${secret.reveal().length}]` : '*****'
}
