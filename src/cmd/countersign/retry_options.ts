import { InvalidArgumentError, Option } from 'commander'
import { type ClientSetup, retryLimits } from '../../service/applications/application_settings.ts'
import { clientRetries, retrySchedule } from '../../service/applications/client/retry_schedule.ts'
import type { Integration } from '../../service/applications/integrations.ts'

/** How the RADIUS client of an application retries. */
export interface RetryOptions {
  readonly radiusTimeout?: number
  readonly radiusRetries?: number
  readonly radiusServers?: number
}

export const retryOptions = {
  timeout: new Option(
    '--radius-timeout <seconds>',
    'how long its RADIUS client waits for a reply, so that its retries join the first push; 0 for a push each',
  ).argParser((text) => readNumber(text, retryLimits.timeoutSecs)),
  retries: new Option(
    '--radius-retries <number>',
    'how often its RADIUS client asks each server again',
  ).argParser((text) => readNumber(text, retryLimits.retries)),
  servers: new Option(
    '--radius-servers <number>',
    'how many servers (authentication proxies) its RADIUS client has',
  ).argParser((text) => readNumber(text, retryLimits.servers)),
}

/** What the options change in the settings of the client. */
export function retryChange({
  radiusTimeout,
  radiusRetries,
  radiusServers,
}: RetryOptions): ClientSetup {
  return {
    ...(radiusTimeout === undefined ? {} : { radiusTimeoutSecs: radiusTimeout }),
    ...(radiusRetries === undefined ? {} : { radiusRetries }),
    ...(radiusServers === undefined ? {} : { radiusServers }),
  }
}

/** For `app show`. */
export function shownRetries(app: Integration): string {
  const schedule = retrySchedule(app)
  if (schedule === undefined) return 'a push each'
  const { timeoutSecs, retries, servers } = clientRetries(app)
  return `join the first push: timeout ${timeoutSecs} s, retries ${retries}, servers ${servers} (${schedule.attempts} requests at most)`
}

function readNumber(text: string, { min, max }: { readonly min: number; readonly max: number }) {
  const number = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN
  if (number >= min && number <= max) return number
  throw new InvalidArgumentError(`expected ${min} to ${max}`)
}
