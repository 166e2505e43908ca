import type { Integration } from '../../service/applications/integrations.ts'

/** What a client needs to know besides the keys of its application. */
export interface ClientSettings {
  readonly apiHost: string
  readonly apiPort: string
  /** Absolute; `undefined` where clients see a certificate of another authority. */
  readonly caFile: string | undefined
  /** The secret key is printed. */
  readonly reveal: boolean
  readonly radiusIp: string
  readonly radiusPort: string
  /** Made for this section. */
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
      ? '; only where the certificate is of no public authority:\n;http_ca_certs_file=\n'
      : `; EDIT: on another machine write the path of a copy of this file\nhttp_ca_certs_file=${caFile}\n`
  return `; ${app.name}. Change the lines below EDIT; docs/authproxy.cfg.md explains every key.
[duo_only_client]

[radius_server_duo_only]
ikey=${app.ikey}
${skeyLine(app, settings, '=')}; where the service runs
api_host=${apiHost}
api_port=${apiPort}
${ca}; where this proxy listens, UDP
port=${radiusPort}
; EDIT: the address of the RADIUS client (VPN gateway, AD Connector), which needs the secret below it
radius_ip_1=${radiusIp}
radius_secret_1=${radiusSecret}
; secure: nobody is let in without a second factor while the service can't be reached
failmode=secure
`
}

function unixCfg(app: Integration, settings: ClientSettings): string {
  const { apiHost, apiPort, caFile } = settings
  const host = apiPort === httpsPort ? apiHost : `${apiHost}:${apiPort}`
  const ca =
    caFile === undefined
      ? ''
      : `; EDIT: on another machine write the path of a copy of this file\ncafile = ${caFile}\n`
  return `; ${app.name}. Change the lines below EDIT; docs/duo-unix.md explains the rest.
[duo]
ikey = ${app.ikey}
${skeyLine(app, settings, ' = ')}host = ${host}
${ca}failmode = secure
`
}

/** Without its value the client refuses to start, and names the line. */
function skeyLine(app: Integration, { reveal }: ClientSettings, between: string): string {
  if (reveal) return `skey${between}${app.skey.reveal()}\n`
  return `; EDIT: the secret key is hidden; add --reveal to have it here\n${`skey${between}`.trimEnd()}\n`
}
