import { z } from 'zod'
import { Administrators } from '../../../administrators/administrators.ts'
import { Integrations } from '../../../applications/integrations.ts'
import { AuthenticationLog } from '../../../audit/authentication_log.ts'
import { TelephonyLog } from '../../../audit/telephony_log.ts'
import { Users } from '../../../people/users.ts'
import type { Store } from '../../../store/store.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { integer, invalid } from './parameters.ts'

const permission = 'adminapi_info'
const maxTime = 8.64e12
const maxPeriodSecs = 180 * 86_400
const defaultPeriodSecs = 30 * 86_400

const period = {
  mintime: integer(0, maxTime)
    .optional()
    .describe('In seconds since 1970; 30 days before maxtime.'),
  maxtime: integer(0, maxTime).optional().describe('In seconds since 1970; now.'),
}
const attempts = z.strictObject({
  ERROR: z.literal(0),
  FAILURE: z.int(),
  FRAUD: z.int(),
  SUCCESS: z.int(),
})

/** Numbers of the account (duo.com/docs/adminapi, "Account Info"). */
export function infoEndpoints(store: Store): readonly Endpoint[] {
  const [users, administrators] = [new Users(), new Administrators()]
  const integrations = new Integrations(store)
  const [authentication, telephony] = [new AuthenticationLog(), new TelephonyLog(store)]
  return [
    endpoint({
      method: 'GET',
      path: '/admin/v1/info/summary',
      permission,
      summary: 'Counts users, administrators and applications.',
      parameters: {},
      response: z.strictObject({
        admin_count: z.int(),
        edition: z.string(),
        integration_count: z.int(),
        telephony_credits_remaining: z.int().describe('There are no credits.'),
        user_count: z.int(),
        user_pending_deletion_count: z.int(),
      }),
      answer: async ({ db }) => ({
        admin_count: await administrators.total(db),
        edition: 'Countersign',
        integration_count: await integrations.total({}, db),
        telephony_credits_remaining: 0,
        user_count: await users.total({}, db),
        user_pending_deletion_count: await users.total({ trash: 'only' }, db),
      }),
    }),
    endpoint({
      method: 'GET',
      path: '/admin/v1/info/telephony_credits_used',
      permission,
      summary: 'Counts messages and calls.',
      parameters: period,
      response: z.strictObject({ telephony_credits_used: z.int() }),
      answer: async ({ parameters, now, db }) => ({
        telephony_credits_used: await telephony.total(toMilliseconds(parameters, now), db),
      }),
    }),
    endpoint({
      method: 'GET',
      path: '/admin/v1/info/authentication_attempts',
      permission,
      summary: 'Counts sign-ins by result.',
      parameters: period,
      response: attempts,
      answer: async ({ parameters, now, db }) =>
        toAttempts(await authentication.countResults(toMilliseconds(parameters, now), db)),
    }),
    endpoint({
      method: 'GET',
      path: '/admin/v1/info/user_authentication_attempts',
      permission,
      summary: 'Counts users with a sign-in of each result.',
      parameters: period,
      response: attempts,
      answer: async ({ parameters, now, db }) =>
        toAttempts(await authentication.countUsersByResult(toMilliseconds(parameters, now), db)),
    }),
  ]
}

function toAttempts(counts: {
  readonly success: number
  readonly denied: number
  readonly fraud: number
}) {
  const { success, denied, fraud } = counts
  return { ERROR: 0, FAILURE: denied, FRAUD: fraud, SUCCESS: success } as const
}

/** @throws {AuthApiFailure} 40002 for a period of more than 180 days. */
function toMilliseconds(
  {
    mintime,
    maxtime,
  }: { readonly mintime?: number | undefined; readonly maxtime?: number | undefined },
  now: number,
) {
  const end = maxtime ?? Math.floor(now / 1000)
  const start = mintime ?? Math.max(0, end - defaultPeriodSecs)
  if (start > end) throw invalid('mintime', 'expected a time before maxtime')
  if (end - start > maxPeriodSecs) throw invalid('mintime', 'expected 180 days at most')
  return { mintime: start * 1000, maxtime: end * 1000 + 999 }
}
