import { proxyTable } from '../proxy/sections/section_table.ts'
import { attributeDefinitions } from '../radius/index.ts'
import type { ConfigModel } from './editor/config_model.ts'

/** What the editor needs to know about `authproxy.cfg`. */
export function buildModel(): ConfigModel {
  const clientKinds = proxyTable.sections
    .filter(({ role }) => role === 'client')
    .map(({ name }) => name)
  return {
    table: proxyTable,
    attributes: attributeDefinitions.map(({ name }) => name),
    clientKinds,
  }
}
