import {
  type ApiAddress,
  type ApplicationKeys,
  comment,
  lines,
  type TrustedAuthority,
} from './cfg_lines.ts'

/** What `login_duo.conf` and `pam_duo.conf` contain. */
export interface UnixCfgSettings {
  /** First line of the file. */
  readonly title: string
  readonly keys: ApplicationKeys
  readonly api: ApiAddress
  /** Duo Unix reads certificates from a file only. */
  readonly authority: TrustedAuthority
  readonly failmode: 'safe' | 'secure'
}

const httpsPort = 443
/** Where the page for administrators says to copy the certificate authority to. */
const unixAuthorityFile = '/etc/duo/countersign-ca.pem'

/** The configuration of Duo Unix; `login_duo` and `pam_duo` read the same keys. */
export function unixCfg({ title, keys, api, authority, failmode }: UnixCfgSettings): string {
  const { ikey, skey } = keys
  return lines([
    comment(`${title}. docs/duo-unix.md explains every key.`),
    '[duo]',
    `ikey = ${ikey}`,
    skey === undefined
      ? '; EDIT: the secret key is hidden; add --reveal to print it here\nskey ='
      : `skey = ${skey.reveal()}`,
    `host = ${api.port === httpsPort ? api.host : `${api.host}:${api.port}`}`,
    ...authorityLines(authority),
    `failmode = ${failmode}`,
  ])
}

function authorityLines(authority: TrustedAuthority): (string | undefined)[] {
  switch (authority.kind) {
    case 'public':
      return []
    case 'inline':
      return [
        comment('a copy of the certificate authority of the service'),
        `cafile = ${unixAuthorityFile}`,
      ]
    case 'file':
      return [
        authority.comment === undefined ? undefined : comment(authority.comment),
        `cafile = ${authority.path}`,
      ]
  }
}
