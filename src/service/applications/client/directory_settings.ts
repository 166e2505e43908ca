import type { BudgetSettings } from '../../../workspaces/guide/time_budget.ts'
import type { Integration } from '../integrations.ts'
import { findProduct } from './catalogue.ts'
import { clientRetries } from './retry_schedule.ts'

/**
 * The RADIUS settings of the directory behind an application, as the application knows them; `undefined` if it
 * has no directory. Where retries are a push each, the timeout is not known, and that of the catalogue counts.
 */
export function directorySettings(
  app: Pick<Integration, 'product' | 'client'>,
): BudgetSettings | undefined {
  const found = findProduct(app.product)
  if (found?.client !== 'workspaces' || found.radius === undefined) return undefined
  const { timeoutSecs, retries, servers } = clientRetries(app)
  return { timeoutSecs: timeoutSecs || found.radius.timeoutSecs, retries, servers }
}
