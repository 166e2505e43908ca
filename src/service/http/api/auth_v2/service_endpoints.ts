import { AuthApiFailure, failures, oneCall, sharedConnections } from '../../../../duo/index.ts'
import type { Clock } from '../../../../host/clock.ts'
import { type Endpoint, seconds } from './endpoint.ts'

/** Whether the database can be read and written now. */
export type CanDecide = () => Promise<boolean>

/**
 * `check` and `logo` (duo.com/docs/authapi); `ping` is not signed.
 *
 * @param logo PNG, if one is configured.
 */
export function buildServiceEndpoints(
  canDecide: CanDecide,
  logo: Uint8Array | undefined,
  clock: Clock,
): Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/auth/v2/check',
      answer: async () => {
        await requireDecisions(canDecide)
        return { time: seconds(clock.now()), capabilities: [...oneCall, sharedConnections] }
      },
    },
    {
      method: 'GET',
      path: '/auth/v2/logo',
      answer: async () => {
        if (logo === undefined) throw new AuthApiFailure(failures.notFound)
        return logo
      },
    },
  ]
}

/**
 * Fails `check` if no sign-in can be decided, because proxies take its success as evidence that the
 * service works.
 *
 * @throws {AuthApiFailure} 50300
 */
export async function requireDecisions(canDecide: CanDecide): Promise<void> {
  if (!(await canDecide())) {
    throw new AuthApiFailure(failures.unavailable, 'the database can not be used')
  }
}
