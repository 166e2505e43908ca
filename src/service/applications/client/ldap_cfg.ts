import { comment, lines } from './cfg_lines.ts'
import { failmodeMeaning, type ProxyCfgSettings } from './proxy_cfg.ts'

/** `authproxy.cfg` of the vendor's proxy for an LDAP application; its directory has to be filled in. */
export function ldapCfg({
  title,
  keys,
  api,
  authority,
  failmode,
}: Omit<ProxyCfgSettings, 'radiusClients' | 'radiusPort'>): string {
  return lines([
    comment(`${title}. For Duo’s authentication proxy: ours does not serve LDAP yet.`),
    comment('EDIT: your directory, and an account that may search it'),
    '[ad_client]',
    'host=',
    'service_account_username=',
    'service_account_password=',
    'search_dn=',
    '',
    '[ldap_server_auto]',
    `ikey=${keys.ikey}`,
    keys.skey === undefined ? 'skey=' : `skey=${keys.skey.reveal()}`,
    `api_host=${api.port === 443 ? api.host : `${api.host}:${api.port}`}`,
    // that proxy reads certificates from a file only
    authority.kind === 'public' ? undefined : 'http_ca_certs_file=countersign-ca.pem',
    'client=ad_client',
    'port=389',
    comment(failmodeMeaning[failmode]),
    `failmode=${failmode}`,
  ])
}
