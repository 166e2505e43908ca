import type { Finding } from '../guide/finding.ts'
import type { BudgetSettings } from '../guide/time_budget.ts'

/** What an application of the service expects of its directory. */
export interface ApplicationRetries extends BudgetSettings {
  readonly name: string
}

const check = 'joined-retries'

/** Compares what an application expects with what the directory does; a timeout of 0 joins nothing. */
export function checkRetries(directory: BudgetSettings, application: ApplicationRetries): Finding {
  const { name } = application
  const todo = `Run: ${editCommand(name, directory)}`
  if (application.timeoutSecs === 0) {
    return {
      severity: 'note',
      check,
      what: `Each retry of the directory is a sign-in of its own for ${name}.`,
      why: 'Users who take longer than the timeout get a second push.',
      todo,
    }
  }
  const same =
    application.timeoutSecs === directory.timeoutSecs &&
    application.retries === directory.retries &&
    application.servers === directory.servers
  if (same) {
    return { severity: 'ok', check, what: `${name} expects the retries of the directory.` }
  }
  return {
    severity: 'warning',
    check,
    what: `The directory has ${describeRetries(directory)}; ${name} expects ${describeRetries(application)}.`,
    why: 'A retry at another time does not join the push that waits, and causes a second one. Worse, at the time that the application expects, no retry of the user is there: the login of somebody who knows the password could join instead.',
    todo,
  }
}

/** `timeout 20 s, retries 1, servers 2` */
export function describeRetries({ timeoutSecs, retries, servers }: BudgetSettings): string {
  return `timeout ${timeoutSecs} s, retries ${retries}, servers ${servers}`
}

/** The command that tells an application how its directory retries. */
export function editCommand(
  name: string,
  { timeoutSecs, retries, servers }: BudgetSettings,
): string {
  return `countersign app edit '${name.replaceAll("'", String.raw`'\''`)}' --radius-timeout ${timeoutSecs} --radius-retries ${retries} --radius-servers ${servers}`
}
