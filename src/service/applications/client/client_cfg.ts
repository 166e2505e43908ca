import type { Integration, IntegrationType } from '../integrations.ts'
import { findProduct } from './catalogue.ts'
import { ldapCfg } from './ldap_cfg.ts'
import { type ProxyCfgSettings, proxyCfg } from './proxy_cfg.ts'
import { type UnixCfgSettings, unixCfg } from './unix_cfg.ts'

/** The configuration of an application's client, and the file that it belongs in. */
export interface ClientCfg {
  readonly fileName: string
  readonly text: string
}

/**
 * The configuration of an application's client.
 *
 * @returns `undefined` if the client has no configuration file that we know: it takes the keys.
 */
export function clientCfg(
  { name, type, product }: Pick<Integration, 'name' | 'type' | 'product'>,
  settings: Omit<ProxyCfgSettings & UnixCfgSettings, 'title'>,
): ClientCfg | undefined {
  const titled = { ...settings, title: name }
  switch (cfgKind(type)) {
    case 'proxy': {
      const known = findProduct(product)
      const text =
        known?.client === 'ldap'
          ? ldapCfg(titled)
          : proxyCfg({ options: known?.radius?.options ?? [], ...titled })
      return { fileName: 'authproxy.cfg', text }
    }
    case 'unix':
      return { fileName: 'login_duo.conf', text: unixCfg(titled) }
    case undefined:
      return undefined
  }
}

/** Which program reads the configuration of an application's client. */
export function cfgKind(type: IntegrationType): 'proxy' | 'unix' | undefined {
  switch (type) {
    case 'radius':
      return 'proxy'
    case 'unix':
      return 'unix'
    case 'authapi':
    case 'adminapi':
    case 'portal':
    case 'panel':
      return undefined
  }
}
