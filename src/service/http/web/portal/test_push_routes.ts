import * as z from 'zod'
import type { TestPush } from '../../../self_service/sign_in/test_push.ts'
import type { PortalLimits } from './portal_limits.ts'
import { emptyBody, type PortalRoutes } from './portal_routes.ts'

const device = z.string().min(1).max(64)

/** Adds the routes that send a test push and wait for its answer. */
export function addTestPushRoutes(
  routes: PortalRoutes,
  limits: PortalLimits,
  testPush: TestPush,
): void {
  routes.addingDevice('POST', 'test-push', z.object({ device }), async ({ caller, ...call }) => {
    limits.countAttempt(call.request, caller.session.username)
    return { code: await testPush.send(caller, call.body.device) }
  })

  routes.addingDevice('POST', 'test-push/status', emptyBody, ({ caller }) =>
    testPush.status(caller),
  )
}
