import { systemClock } from '../../host/clock.ts'
import { updateApplication } from '../../service/administration/acts/applications.ts'
import { clientRetries } from '../../service/applications/client/retry_schedule.ts'
import { ApprovalTimes } from '../../service/audit/approval_times.ts'
import { ConfigurationError, type LocationOptions } from '../../service/config/data_location.ts'
import { StoreError } from '../../service/store/store_error.ts'
import type { ApplicationRetries } from '../../workspaces/adviser/retry_checks.ts'
import type {
  ApprovalTimes as Approvals,
  BudgetSettings,
} from '../../workspaces/guide/time_budget.ts'
import { appNamed } from '../countersign/app.ts'
import { CommandError, type Context, withStore } from '../countersign/context.ts'
import { VerbError } from './run_program.ts'

/** What the data of a service on this machine says about the application behind a directory. */
export interface ServedApplication {
  readonly retries: ApplicationRetries
  /** An administrator chose a push for each retry; that stays. */
  readonly joinsNothing: boolean
  readonly approvals: Approvals | undefined
}

/** @throws {VerbError} if there is no such data or application. */
export async function readApplication(
  name: string,
  location: LocationOptions,
): Promise<ServedApplication> {
  return await withData(location, async ({ store }) => {
    const app = await appNamed(store, name)
    return {
      retries: { name: app.name, ...clientRetries(app) },
      joinsNothing: app.client.radiusTimeoutSecs === 0,
      approvals: await new ApprovalTimes().summary(app.ikey, systemClock.now(), store.db),
    }
  })
}

/** Tells the application how its directory retries. @throws {VerbError} */
export async function writeRetries(
  name: string,
  location: LocationOptions,
  { timeoutSecs, retries, servers }: BudgetSettings,
): Promise<void> {
  await withData(location, async ({ store, administration }) => {
    const app = await appNamed(store, name)
    const client = {
      ...app.client,
      radiusTimeoutSecs: timeoutSecs,
      radiusRetries: retries,
      radiusServers: servers,
    }
    await administration.run(updateApplication, { integration: app, change: { client } })
  })
}

async function withData<Result>(
  location: LocationOptions,
  work: (context: Context) => Promise<Result>,
): Promise<Result> {
  try {
    return await withStore(location, work)
  } catch (error) {
    const foreseen =
      error instanceof CommandError ||
      error instanceof ConfigurationError ||
      error instanceof StoreError
    if (foreseen) throw new VerbError(error.message)
    throw error
  }
}
