import type { BudgetSettings } from '../../../workspaces/guide/time_budget.ts'
import type { Integration } from '../integrations.ts'
import { findProduct } from './catalogue.ts'

/** The RADIUS settings of the directory behind an application; `undefined` if it has no directory. */
export function directorySettings({
  product,
  client,
}: Pick<Integration, 'product' | 'client'>): BudgetSettings | undefined {
  const found = findProduct(product)
  if (found?.client !== 'workspaces' || found.radius === undefined) return undefined
  const { timeoutSecs, retries } = found.radius
  return { timeoutSecs, retries, servers: Math.max(1, client.proxies?.length ?? 0) }
}
