import { resolve } from 'node:path'
import type { SectionKind } from '../../config/option.ts'
import type { Report } from '../../config/problem.ts'
import type { SectionValues } from '../../config/section_values.ts'
import { boolean, file, folder, integer, oneOf, text } from '../../config/value_type.ts'
import type { Secret } from '../../host/secret.ts'
import { hostName, hostNames, ipAddress, networks } from './network_value.ts'
import { deriveOrganisationName } from './organisation_name.ts'
import { publicUrl } from './public_url.ts'
import { databaseUrl } from './secret_value.ts'

export const serviceSection = {
  name: 'service',
  meaning: 'Where the service listens, its names, and where its data is',
  options: {
    host_names: {
      type: hostNames,
      default: 'localhost',
      meaning:
        'Names and addresses at which clients reach the service. The certificate is issued for them, and links begin with the first',
    },
    organisation_name: {
      type: text,
      meaning:
        'Name of the organisation, as pages, apps, mails and messages show it; setting it here fixes it in the Admin Panel. Default: the name set in the panel, or else derived from the first of host_names',
    },
    interface: {
      type: ipAddress,
      meaning: 'IP address to listen on; default: all addresses of the machine',
    },
    port: { type: integer({ min: 0, max: 65535 }), default: '8443', meaning: 'TCP port' },
    api_port: {
      type: integer({ min: 0, max: 65535 }),
      meaning:
        'TCP port of a separate listener for the signed API (/auth/v2, /rest/v1), /healthz and /metrics. The other port then serves pages, apps and webhooks, and answers 404 for the signed API (docs/overload.md)',
    },
    api_interface: {
      type: ipAddress,
      meaning: 'IP address that api_port listens on; default: interface',
    },
    public_url: {
      type: publicUrl,
      meaning:
        'Address at which browsers, phones and webhooks of providers reach the service, for example behind a reverse proxy: `https://mfa.example.com`, with a host name and optionally a port. Every link begins with it. Default: the first of host_names, with the port',
    },
    admin_host: {
      type: hostName,
      meaning:
        'Host name of the Admin Panel alone, such as `admin.example.com`; it needs a DNS name that leads to the service, and has the port of public_url. Nothing but the panel is served there, and the panel nowhere else, so that it shares no origin with portal and app. The certificate is issued for it, too. Passkeys of administrators are bound to the name. Default: the panel is served at every name',
    },
    trusted_proxies: {
      type: networks,
      meaning:
        'IP addresses and networks of your own reverse proxies: `10.0.0.5, 2001:db8::/64`. The client address in `Forwarded` or `X-Forwarded-For` is used only if it comes from one of them; it counts for limits, logs and the metrics setting',
    },
    data_folder: {
      type: folder,
      default: 'data',
      meaning:
        'Folder of the database, the keys and the certificates; a relative path starts at the folder of this file',
    },
    database_url: {
      type: databaseUrl,
      meaning:
        '`postgres://USER:PASSWORD@HOST:PORT/DATABASE` of a PostgreSQL database, for more than one node (docs/postgresql.md). Percent-encode special characters in the password. Default: SQLite in the data folder',
    },
    certificate_file: {
      type: file,
      meaning:
        'PEM file of the certificate and its chain, to replace the one that the service issues itself; read again when it changes',
    },
    certificate_key_file: {
      type: file,
      meaning: 'PEM file of the private key of certificate_file',
    },
    logo_file: { type: file, meaning: 'PNG image that the API returns as the logo' },
    access_log: {
      type: boolean,
      default: 'false',
      meaning: 'Logs the method, path, status and duration of each request',
    },
    metrics: {
      type: oneOf('loopback', 'all', 'off'),
      default: 'loopback',
      meaning: 'Which addresses may read /metrics: those of this machine, all, or none',
    },
    debug: { type: boolean, default: 'false', meaning: 'Logs more' },
  },
} as const satisfies SectionKind

/** `[service]`, read. */
export interface ServiceSectionConfig {
  readonly hostNames: readonly string[]
  /** As configured, or derived from the first host name. */
  readonly organisationName: string
  readonly interfaceAddress: string | undefined
  readonly port: number
  /** Address and port of a separate listener for the signed API. */
  readonly apiInterface: string | undefined
  readonly apiPort: number | undefined
  /** Without a slash at its end; `undefined` for the first host name and the port. */
  readonly publicUrl: string | undefined
  /** The host name that only the panel has; `undefined` if it is served at every name. */
  readonly adminHost: string | undefined
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
}

type Values = SectionValues<typeof serviceSection.options>

/** @param folder Relative paths start here. */
export function readServiceSection(
  values: Values,
  folder: string,
  report: Report,
): ServiceSectionConfig {
  const trustedProxies = values.get('trusted_proxies') ?? []
  reportProblems(values, trustedProxies, report)
  const certificateFile = values.get('certificate_file')
  const keyFile = values.get('certificate_key_file')
  const logoFile = values.get('logo_file')
  return {
    hostNames: values.get('host_names'),
    organisationName:
      values.get('organisation_name') ?? deriveOrganisationName(values.get('host_names')[0] ?? ''),
    interfaceAddress: values.get('interface'),
    port: values.get('port'),
    apiInterface: values.get('api_interface'),
    apiPort: values.get('api_port'),
    publicUrl: values.get('public_url'),
    adminHost: values.get('admin_host'),
    dataFolder: resolve(folder, values.get('data_folder')),
    trustedProxies,
    databaseUrl: values.get('database_url'),
    certificateFiles:
      certificateFile === undefined || keyFile === undefined
        ? undefined
        : {
            certificateFile: resolve(folder, certificateFile),
            keyFile: resolve(folder, keyFile),
          },
    logoFile: logoFile === undefined ? undefined : resolve(folder, logoFile),
    accessLog: values.get('access_log'),
    metrics: values.get('metrics'),
    debug: values.get('debug'),
  }
}

function reportProblems(values: Values, trustedProxies: readonly string[], report: Report): void {
  if (values.get('host_names').length === 0) {
    const message = 'host_names has no name; write one or remove the line'
    report('error', values.line('host_names'), message)
  }
  const adminHost = values.get('admin_host')
  const publicUrlHost = URL.parse(values.get('public_url') ?? '')?.hostname
  const others = [
    ...values.get('host_names'),
    ...(publicUrlHost === undefined ? [] : [publicUrlHost]),
  ]
  if (others.some((name) => name.toLowerCase() === adminHost)) {
    const message = `admin_host is also a name of portal and app; use another name for the panel`
    report('error', values.line('admin_host'), message)
  }
  for (const proxy of trustedProxies.filter((network) => /\/0+$/.test(network))) {
    const message = `trusted_proxies has '${proxy}', which lets every client forge its address; write the addresses of your proxies`
    report('warning', values.line('trusted_proxies'), message)
  }
  if (values.has('certificate_file') !== values.has('certificate_key_file')) {
    const key = values.has('certificate_file') ? 'certificate_file' : 'certificate_key_file'
    const message = 'certificate_file and certificate_key_file need each other; set both or neither'
    report('error', values.line(key), message)
  }
  if (values.has('api_interface') && !values.has('api_port')) {
    report('error', values.line('api_interface'), 'api_interface needs api_port; set both')
  }
  const apiPort = values.get('api_port')
  if (apiPort !== undefined && apiPort !== 0 && apiPort === values.get('port')) {
    report('error', values.line('api_port'), 'api_port is the same as port; write another one')
  }
}
