import type { Secret } from '../../../host/secret.ts'
import {
  type ApiAddress,
  type ApplicationKeys,
  comment,
  lines,
  type TrustedAuthority,
} from './cfg_lines.ts'

/** A RADIUS client of the authentication proxy. */
interface RadiusClient {
  /** An address, a network or a range. */
  readonly address: string
  readonly secret: Secret | undefined
  /** What stands before its two lines. */
  readonly comment?: string | undefined
}

/** What the configuration of an authentication proxy contains. */
export interface ProxyCfgSettings {
  /** First line of the file. */
  readonly title: string
  readonly keys: ApplicationKeys
  readonly api: ApiAddress
  readonly authority: TrustedAuthority
  readonly radiusClients: readonly RadiusClient[]
  /** UDP port of the proxy. */
  readonly radiusPort: number
  /** Address to listen on; without one, all IPv4 addresses of the machine. */
  readonly interfaceAddress?: string | undefined
  readonly failmode: 'safe' | 'secure'
  /** Further keys of the server section, each with the reason for it. */
  readonly options?: readonly ProxyOption[]
  /** Comment lines at the end of the section. */
  readonly advice?: readonly string[]
}

/** A key of the server section that a product needs. */
export interface ProxyOption {
  readonly key: string
  readonly value: string
  readonly because: string
}

/** `authproxy.cfg` for one application. The proxy starts from it as it is. */
export function proxyCfg(settings: ProxyCfgSettings): string {
  const { title, keys, api, authority, radiusClients, failmode, options = [] } = settings
  return lines([
    comment(`${title}. docs/authproxy.cfg.md explains every key.`),
    comment('The file contains secrets: only the account of the proxy may read it (chmod 600).'),
    '[main]',
    'log_dir=log',
    'log_auth_events=true',
    '',
    comment('the password is checked by the RADIUS client'),
    '[duo_only_client]',
    '',
    '[radius_server_duo_only]',
    `ikey=${keys.ikey}`,
    keys.skey === undefined
      ? '; EDIT: the secret key is hidden; add --reveal to print it here\nskey='
      : `skey=${keys.skey.reveal()}`,
    comment('address of the MFA service'),
    `api_host=${api.host}`,
    `api_port=${api.port}`,
    ...authorityLines(authority),
    comment('UDP port of this proxy'),
    `port=${settings.radiusPort}`,
    settings.interfaceAddress === undefined ? undefined : `interface=${settings.interfaceAddress}`,
    ...radiusClients.flatMap(clientLines),
    ...options.flatMap(({ key, value, because }) => [comment(because), `${key}=${value}`]),
    comment(failmodeMeaning[failmode]),
    `failmode=${failmode}`,
    ...(settings.advice ?? []).map(comment),
  ])
}

/** What the failmode means for users, as the file explains it. */
export const failmodeMeaning = {
  secure: 'secure: while the service is down, all logins are rejected',
  safe: 'safe: while the service is down, a password alone is enough',
} as const

function authorityLines(authority: TrustedAuthority): (string | undefined)[] {
  switch (authority.kind) {
    case 'public':
      return [
        comment('only if no public authority issued the certificate of the service:'),
        ';http_ca_certs_file=',
      ]
    case 'file':
      return [
        authority.comment === undefined ? undefined : comment(authority.comment),
        `http_ca_certs_file=${authority.path}`,
      ]
    case 'inline':
      return [
        comment('the certificate authority of the service'),
        'http_ca_certs=',
        ...authority.pem
          .trim()
          .split('\n')
          .map((line) => `  ${line.trim()}`),
      ]
  }
}

function clientLines(
  { address, secret, comment: text }: RadiusClient,
  index: number,
): (string | undefined)[] {
  const number = index + 1
  return [
    text === undefined ? undefined : comment(text),
    `radius_ip_${number}=${address}`,
    secret === undefined
      ? comment('EDIT: the RADIUS secret is hidden; add --reveal to print it here')
      : undefined,
    `radius_secret_${number}=${secret?.reveal() ?? ''}`,
  ]
}
