import type { ConfigTable } from '../../config/option.ts'
import { adClient } from './ad_client.ts'
import { cloud } from './cloud.ts'
import { duoOnlyClient } from './duo_only_client.ts'
import { httpProxy } from './http_proxy.ts'
import { ldapServerAuto } from './ldap_server_auto.ts'
import { mainSection } from './main_section.ts'
import { radiusClient } from './radius_client.ts'
import { radiusServerAuto } from './radius_server_auto.ts'
import { radiusServerChallenge } from './radius_server_challenge.ts'
import { radiusServerConcat } from './radius_server_concat.ts'
import { radiusServerDuoOnly } from './radius_server_duo_only.ts'
import { radiusServerEap } from './radius_server_eap.ts'
import { radiusServerIframe } from './radius_server_iframe.ts'
import type { ProxySectionKind } from './section_kind.ts'
import { sso } from './sso.ts'

/** Every section and key of `authproxy.cfg`. Unknown keys are a warning, as in the vendor's proxy. */
export const proxyTable: ConfigTable<ProxySectionKind> = {
  sections: [
    mainSection,
    duoOnlyClient,
    radiusServerDuoOnly,
    adClient,
    radiusClient,
    radiusServerAuto,
    radiusServerConcat,
    radiusServerChallenge,
    radiusServerEap,
    radiusServerIframe,
    ldapServerAuto,
    httpProxy,
    cloud,
    sso,
  ],
  page: 'docs/authproxy.cfg.md',
  inheritsFrom: 'main',
  protectedSecrets: true,
  unknownKeys: 'warning',
  emptyValues: 'error',
  sameSections: 'error',
  sectionCase: 'warning',
}
