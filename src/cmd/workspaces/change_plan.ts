import { describeRetries } from '../../workspaces/adviser/retry_checks.ts'
import { isChanged, type SettingsPlan } from '../../workspaces/adviser/settings_plan.ts'
import type { Finding } from '../../workspaces/guide/finding.ts'
import type { BudgetSettings } from '../../workspaces/guide/time_budget.ts'
import { formatFindings } from './advice.ts'
import type { ServedApplication } from './served_application.ts'

/** Everything that `enable` or `update` would change, and what the checks say about it. */
export interface ChangePlan {
  readonly call: SettingsPlan['call']
  readonly fields: SettingsPlan['fields']
  /** The application of the service that learns how the directory retries. */
  readonly application: ApplicationChange | undefined
  readonly findings: readonly Finding[]
}

interface ApplicationChange {
  readonly before: ServedApplication
  /** `undefined`: it stays as it is. */
  readonly after: BudgetSettings | undefined
}

/**
 * For people.
 *
 * @param options.all Whether to show notes and passed checks as well.
 */
export function formatPlan(
  { call, fields, application, findings }: ChangePlan,
  { all }: { readonly all: boolean },
): string {
  const rows = fields.map(({ field, before, after }) => {
    const change = before === undefined || before === after ? after : `${before} -> ${after}`
    return `  ${`${field}:`.padEnd(20)}${change}\n`
  })
  const served = application === undefined ? '' : formatApplication(application)
  const shown = all
    ? findings
    : findings.filter(({ severity }) => severity === 'error' || severity === 'warning')
  return `${call}\n${rows.join('')}${served}\n${formatFindings(shown)}${shown.length > 0 ? '\n' : ''}`
}

function formatApplication({
  before: { retries, joinsNothing },
  after,
}: ApplicationChange): string {
  if (after === undefined) {
    const why = joinsNothing
      ? 'each retry stays a sign-in of its own (--radius-timeout 0)'
      : describeRetries(retries)
    return `Application ${retries.name}\n  ${why}\n`
  }
  const former = retries.timeoutSecs === 0 ? 'a push for each retry' : describeRetries(retries)
  return `Application ${retries.name}\n  ${former} -> ${describeRetries(after)}\n`
}

/** For scripts. */
export function planJson({ call, fields, application, findings }: ChangePlan) {
  return {
    outcome: 'dry-run',
    call,
    settings: fields.map((field) => ({
      ...field,
      before: field.before ?? null,
      changed: isChanged(field),
    })),
    application:
      application === undefined
        ? null
        : {
            name: application.before.retries.name,
            before: retriesJson(application.before.retries),
            after: retriesJson(application.after ?? application.before.retries),
          },
    findings,
  }
}

function retriesJson({ timeoutSecs, retries, servers }: BudgetSettings) {
  return { timeout_secs: timeoutSecs, retries, servers }
}
