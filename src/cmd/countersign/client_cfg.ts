import type { Integration } from '../../service/applications/integrations.ts'

/** What a client needs besides the keys of its application. */
export interface ClientSettings {
  readonly apiHost: string
  readonly apiPort: string
  /** Absolute path; `undefined` if another authority issued the certificate that clients see. */
  readonly caFile: string | undefined
  /** Whether to print the secret key. */
  readonly reveal: boolean
  readonly radiusIp: string
  readonly radiusPort: string
  readonly radiusSecret: string
}

const httpsPort = '443'

/** The configuration of an application's client; ready to use if the key is revealed. */
export function clientCfg(app: Integration, settings: ClientSettings): string {
  return app.type === 'unix' ? unixCfg(app, settings) : proxyCfg(app, settings)
}

/** The client that the configuration is for. */
export function describeClient({ type }: Pick<Integration, 'type'>): string {
  return type === 'unix' ? 'login_duo and pam_duo' : 'the authentication proxy'
}

function proxyCfg(app: Integration, settings: ClientSettings): string {
  const { apiHost, apiPort, caFile, radiusIp, radiusPort, radiusSecret } = settings
  const ca =
    caFile === undefined
      ? '; only if no public authority issued the certificate:\n;http_ca_certs_file=\n'
      : `; EDIT: on another machine, the path of a copy of this file\nhttp_ca_certs_file=${caFile}\n`
  return `; ${app.name}. Change the lines below EDIT; docs/authproxy.cfg.md explains every key.
[duo_only_client]

[radius_server_duo_only]
ikey=${app.ikey}
${skeyLine(app, settings, '=')}; address of the service
api_host=${apiHost}
api_port=${apiPort}
${ca}; UDP port of this proxy
port=${radiusPort}
; EDIT: address of the RADIUS client (VPN gateway, AD Connector); give it the secret below
radius_ip_1=${radiusIp}
radius_secret_1=${radiusSecret}
; secure: deny all logins while the service can't be reached
failmode=secure
`
}

function unixCfg(app: Integration, settings: ClientSettings): string {
  const { apiHost, apiPort, caFile } = settings
  const host = apiPort === httpsPort ? apiHost : `${apiHost}:${apiPort}`
  const ca =
    caFile === undefined
      ? ''
      : `; EDIT: on another machine, the path of a copy of this file\ncafile = ${caFile}\n`
  return `; ${app.name}. Change the lines below EDIT; docs/duo-unix.md explains the rest.
[duo]
ikey = ${app.ikey}
${skeyLine(app, settings, ' = ')}host = ${host}
${ca}failmode = secure
`
}

/** With an empty value, the client refuses to start and names the line. */
function skeyLine(app: Integration, { reveal }: ClientSettings, between: string): string {
  if (reveal) return `skey${between}${app.skey.reveal()}\n`
  return `; EDIT: the secret key is hidden; add --reveal to print it here\n${`skey${between}`.trimEnd()}\n`
}
