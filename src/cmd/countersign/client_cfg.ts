import type { Integration } from '../../service/access/integrations.ts'

/** Where clients find the service. */
export interface ApiAddress {
  readonly apiHost: string
  readonly apiPort: string
}

const httpsPort = '443'

/** What stands in the configuration of an application's client, with its secret key. */
export function clientCfg(app: Integration, { apiHost, apiPort }: ApiAddress): string {
  const keys = { ikey: app.ikey, skey: app.skey.reveal() }
  if (app.type === 'unix') {
    const host = apiPort === httpsPort ? apiHost : `${apiHost}:${apiPort}`
    const cafile = '/etc/ssl/countersign-ca.pem'
    return `[duo]\n${lines({ ...keys, host, cafile, failmode: 'secure' }, ' = ')}`
  }
  const section = {
    ...keys,
    api_host: apiHost,
    api_port: apiPort,
    http_ca_certs_file: 'ca.pem',
    radius_ip_1: '10.0.1.10',
    radius_secret_1: '',
    failmode: 'secure',
  }
  return `[duo_only_client]\n\n[radius_server_duo_only]\n${lines(section, '=')}`
}

/** Whose configuration that is. */
export function clientOf({ type }: Pick<Integration, 'type'>): string {
  return type === 'unix' ? 'login_duo and pam_duo' : 'the authentication proxy'
}

function lines(section: Readonly<Record<string, string>>, between: string): string {
  return Object.entries(section)
    .map(([key, value]) => `${key}${between}${value}\n`)
    .join('')
}
