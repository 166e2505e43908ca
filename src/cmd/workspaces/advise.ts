import type { Command } from 'commander'
import { retriesOf, settingsInForce } from '../../workspaces/adviser/settings_checks.ts'
import { exitStatusOf } from '../../workspaces/guide/finding.ts'
import { type BudgetRow, budgetTable } from '../../workspaces/guide/time_budget.ts'
import { json, table } from '../countersign/output.ts'
import {
  type AdviceOptions,
  adviceOptions,
  findAdvice,
  findApplication,
  formatFindings,
} from './advice.ts'
import { awsOptions, readSecretFile, withAws } from './aws_options.ts'

const help = `
Exit status:
  0  all is well
  1  at least one error
  2  at least one warning, and no error`

/** `workspaces advise` */
export function addAdviseVerb(program: Command): void {
  adviceOptions(awsOptions(program.command('advise')))
    .description(
      'check addresses, secrets, time budget and network of a directory; changes nothing',
    )
    .option('--secret-file <file>', 'the secret that AWS should have; - reads standard input')
    .addHelpText('after', help)
    .action(async (options: AdviceOptions & { readonly secretFile?: string }) => {
      const secret =
        options.secretFile === undefined ? undefined : await readSecretFile(options.secretFile)
      await withAws(options, async (service) => {
        const directory = await service.describe(options.directory)
        const settings = settingsInForce(directory)
        const application = await findApplication(options)
        const findings = await findAdvice(
          service,
          directory,
          settings,
          secret,
          application,
          options,
        )
        const budget = settings === undefined ? [] : budgetTable(retriesOf(settings))
        process.stdout.write(
          options.json
            ? json({ findings, budget })
            : `${formatFindings(findings)}\n${formatBudget(budget)}`,
        )
        process.exitCode = exitStatusOf(findings)
      })
    })
}

function formatBudget(rows: readonly BudgetRow[]): string {
  if (rows.length === 0) return ''
  return table(
    ['TIMEOUT', 'RETRIES', 'SERVERS', 'USERS HAVE', 'SECOND SERVER', 'STATE'],
    rows.map((row) => [
      `${row.timeoutSecs} s`,
      row.retries,
      row.servers,
      `${row.usableSecs} s`,
      row.servers > 1 ? row.secondServer : '-',
      [row.isCurrent && 'in force', row.isRecommended && 'recommended']
        .filter(Boolean)
        .join(', ') || ' ',
    ]),
    '',
  )
}
