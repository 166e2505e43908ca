import {
  AuthApiFailure,
  challengeResponses,
  failures,
  joinedSignIns,
  messageConnections,
  oneCall,
  polledResults,
  proxyReports,
  sharedConnections,
} from '../../../../duo/index.ts'
import type { Clock } from '../../../../host/clock.ts'
import { type Endpoint, seconds } from './endpoint.ts'
import { mayReport } from './proxy_report.ts'

/** Whether the database can be read and written now. */
export type CanDecide = () => Promise<boolean>

/**
 * `check` and `logo` (duo.com/docs/authapi); `ping` is not signed.
 *
 * @param logo The PNG as of now, if the organisation has one.
 */
export function buildServiceEndpoints(
  canDecide: CanDecide,
  logo: () => Uint8Array | undefined,
  clock: Clock,
): Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/auth/v2/check',
      isUrgent: true,
      answer: async ({ integration }) => {
        await requireDecisions(canDecide)
        const capabilities = [
          ...oneCall,
          ...[
            sharedConnections,
            polledResults,
            joinedSignIns,
            challengeResponses,
            messageConnections,
          ],
        ]
        return {
          time: seconds(clock.now()),
          capabilities: mayReport(integration) ? [...capabilities, proxyReports] : capabilities,
        }
      },
    },
    {
      method: 'GET',
      path: '/auth/v2/logo',
      answer: async () => {
        const png = logo()
        if (png === undefined) throw new AuthApiFailure(failures.notFound)
        return png
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
    throw new AuthApiFailure(failures.unavailable, 'the database cannot be used')
  }
}
