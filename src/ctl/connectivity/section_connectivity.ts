import { readFileSync } from 'node:fs'
import type { ConfigFile } from '../../config/config_file.ts'
import type { Section } from '../../config/section.ts'
import { Secret } from '../../host/secret.ts'
import type { adClient } from '../../proxy/sections/ad_client.ts'
import type { cloud } from '../../proxy/sections/cloud.ts'
import { findFile } from '../../proxy/sections/file_value.ts'
import type { ApiSettings } from '../../proxy/sections/proxy_config.ts'
import type { radiusClient } from '../../proxy/sections/radius_client.ts'
import type { radiusServerDuoOnly } from '../../proxy/sections/radius_server_duo_only.ts'
import type { radiusServerOptions } from '../../proxy/sections/radius_server_options.ts'
import { readApiSettings } from '../../proxy/sections/read_radius_server.ts'
import { readSecret } from '../../proxy/sections/secret_setting.ts'
import type { ProxySectionKind } from '../../proxy/sections/section_kind.ts'
import type { ApiChecks } from './api_check.ts'
import type { Finding } from './connectivity_event.ts'
import { checkLdapUpstream, type LdapUpstream } from './ldap_upstream.ts'
import { listListeningPorts } from './listening_ports.ts'
import { checkPort } from './port_check.ts'
import type { Probe } from './probe.ts'
import { checkRadiusUpstream } from './radius_upstream.ts'
import type { ToolConfig } from './tool_config.ts'

/** What the checks of all sections share. */
export interface ConnectivityContext {
  readonly tool: ToolConfig
  readonly config: ConfigFile<ProxySectionKind>
  readonly probe: Probe
  readonly apis: ApiChecks
  /** Process of the running proxy, whose open ports are no problem. */
  readonly proxyPid: number | undefined
}

/** Tests whether a section works: its API, its upstream servers, and the ports it listens on. */
export async function checkSection(
  section: Section<ProxySectionKind>,
  context: ConnectivityContext,
): Promise<Finding[]> {
  const { config, proxyPid } = context
  const checks: Promise<readonly Finding[]>[] = listListeningPorts(section, config).map((port) =>
    checkPort(port, proxyPid),
  )
  if (section.kind.options.api_host !== undefined) checks.push(checkApiOf(section, context))
  if (section.kind.name === 'radius_client') checks.push(checkRadiusHosts(section, context))
  if (section.kind.name === 'ad_client') checks.push(checkLdapHosts(section, context))
  return (await Promise.all(checks)).flat()
}

const silent = (): void => {}

async function checkApiOf(
  section: Section<ProxySectionKind>,
  { tool, config, apis }: ConnectivityContext,
): Promise<readonly Finding[]> {
  if (section.kind.options.api_timeout !== undefined) {
    const values = config.values<typeof radiusServerOptions>(section)
    const { file, decrypt } = tool
    const settings = readApiSettings(values, { config, file, decrypt, report: silent })
    return apis.check(settings, section.kind.name, { joinsRetries: joinsRetries(section, config) })
  }
  // the keys of a directory or none at all: not those of an application for the Auth API
  return (await apis.reach(readPlace(section, tool, config))).findings
}

function joinsRetries(
  section: Section<ProxySectionKind>,
  config: ConfigFile<ProxySectionKind>,
): boolean {
  if (section.kind.options.retry_timeout === undefined) return false
  return config.values<(typeof radiusServerDuoOnly)['options']>(section).get('retry_timeout') > 0
}

function readPlace(
  section: Section<ProxySectionKind>,
  { file }: ToolConfig,
  config: ConfigFile<ProxySectionKind>,
): ApiSettings {
  const values = config.values<(typeof cloud)['options']>(section)
  const isOutbound = section.kind.options.http_proxy_host !== undefined
  const authorities = isOutbound ? values.get('http_ca_certs_file') : undefined
  const hasPort = section.kind.options.api_port !== undefined
  return {
    ikey: '',
    skey: new Secret(''),
    apiHost: values.get('api_host') ?? '',
    apiPort: hasPort ? values.get('api_port') : 443,
    httpCaCertsFile: authorities === undefined ? undefined : findFile(authorities, file),
    httpCaCerts: isOutbound ? values.get('http_ca_certs') : undefined,
    httpProxyHost: isOutbound ? values.get('http_proxy_host') : undefined,
    httpProxyPort: isOutbound ? values.get('http_proxy_port') : 80,
    apiTimeoutSecs: 0,
    apiMaxConnections: 1,
    apiMaxWaiting: 1,
  }
}

async function checkRadiusHosts(
  section: Section,
  { tool, config, probe }: ConnectivityContext,
): Promise<Finding[]> {
  const values = config.values<(typeof radiusClient)['options']>(section)
  const secret = readSecret(section, 'secret', undefined, tool.decrypt, silent) ?? new Secret('')
  const findings = values
    .list('host')
    .map(({ value: host, number }) =>
      checkRadiusUpstream({ host, port: values.get('port', number), secret }, probe),
    )
  return (await Promise.all(findings)).flat()
}

async function checkLdapHosts(
  section: Section,
  { tool, config, probe }: ConnectivityContext,
): Promise<Finding[]> {
  const values = config.values<(typeof adClient)['options']>(section)
  const timeoutMs = Math.min(probe.timeoutMs, values.get('timeout') * 1000)
  const findings = values
    .list('host')
    .map(({ value: host }) =>
      checkLdapUpstream(readLdapUpstream(section, host, tool, config), { ...probe, timeoutMs }),
    )
  return (await Promise.all(findings)).flat()
}

function readLdapUpstream(
  section: Section,
  host: string,
  { file, decrypt }: ToolConfig,
  config: ConfigFile<ProxySectionKind>,
): LdapUpstream {
  const values = config.values<(typeof adClient)['options']>(section)
  const transport = values.get('transport')
  const authorities = values.get('ssl_ca_certs_file')
  const path = authorities === undefined ? undefined : findFile(authorities, file)
  const password = readSecret(section, 'service_account_password', undefined, decrypt, silent)
  const name = values.get('bind_dn') ?? values.get('service_account_username')
  const bindsPlainly = values.get('auth_type') === 'plain'
  return {
    host,
    port: values.has('port') || transport !== 'ldaps' ? values.get('port') : 636,
    transport,
    ca: path === undefined ? undefined : readFileSync(path, 'utf8'),
    verifiesHostname: values.get('ssl_verify_hostname'),
    account:
      bindsPlainly && name !== undefined && password !== undefined ? { name, password } : undefined,
    searchDn: values.get('search_dn') ?? '',
    securityGroupDn: values.get('security_group_dn'),
    filter: values.get('ldap_filter'),
  }
}
