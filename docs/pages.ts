import { serviceConfigPage } from '../src/service/config/config_page.ts'
import { authproxyCfgPage } from './authproxy_cfg_page.ts'

/** The pages of this folder that are made from tables in the code; a test compares them. */
export const pages: ReadonlyMap<string, () => string> = new Map([
  ['authproxy.cfg.md', authproxyCfgPage],
  ['countersign.cfg.md', serviceConfigPage],
])
