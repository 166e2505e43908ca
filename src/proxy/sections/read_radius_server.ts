import type { SectionValues } from '../../config/section_values.ts'
import { Secret } from '../../host/secret.ts'
import type { apiOptions } from './api_options.ts'
import { reportApplicationKeys } from './application_keys.ts'
import { findFile } from './file_value.ts'
import type { ApiSettings, RadiusServerSection } from './proxy_config.ts'
import { readRadiusClients } from './radius_clients.ts'
import type { radiusServerOptions } from './radius_server_options.ts'
import { readSecret } from './secret_setting.ts'
import type { ServerContext } from './section_kind.ts'
import type { outboundOptions } from './shared_options.ts'

/** Reads what every `[radius_server_…]` section has. */
export function readRadiusServer(
  values: SectionValues<typeof radiusServerOptions>,
  context: ServerContext,
): Omit<RadiusServerSection, 'kind' | 'client' | 'factorAliases' | 'retries'> {
  return {
    ...readApiSettings(values, context),
    name: values.section.name,
    port: values.get('port'),
    interfaceAddress: values.get('interface'),
    failmode: values.get('failmode'),
    radiusClients: readRadiusClients(values, context.decrypt, context.report),
    exemptUsernames: values.list('exempt_username').map(({ value }) => value),
    clientIpAttr: values.get('client_ip_attr'),
    pwCodec: values.get('pw_codec'),
    debug: values.get('debug'),
  }
}

/** Reads how a section reaches the API. */
export function readApiSettings(
  values: SectionValues<typeof apiOptions & typeof outboundOptions>,
  { file, decrypt, report }: ServerContext,
): ApiSettings {
  const skey = readSecret(values.section, 'skey', undefined, decrypt, report)
  reportApplicationKeys(values, skey, report)
  const certificates = values.get('http_ca_certs_file')
  return {
    ikey: values.get('ikey') ?? '',
    skey: skey ?? new Secret(''),
    apiHost: values.get('api_host') ?? '',
    apiPort: values.get('api_port'),
    httpCaCertsFile: certificates === undefined ? undefined : findFile(certificates, file),
    httpCaCerts: values.get('http_ca_certs'),
    httpProxyHost: values.get('http_proxy_host'),
    httpProxyPort: values.get('http_proxy_port'),
    apiTimeoutSecs: values.get('api_timeout'),
    apiMaxConnections: values.get('api_max_connections'),
    apiMaxWaiting: values.get('api_max_waiting'),
  }
}
