import * as z from 'zod'
import type { Clock } from '../../../../host/clock.ts'
import { testSignIn } from '../../../administration/acts/applications.ts'
import { type Integration, Integrations } from '../../../applications/integrations.ts'
import { radiusTest } from '../../../sign_in_test/radius_test.ts'
import type { SignInTest, TestFactor } from '../../../sign_in_test/sign_in_test.ts'
import type { Store } from '../../../store/store.ts'
import { InvalidInput, NotFound } from './admin_failure.ts'
import type { AdminRoutes } from './admin_routes.ts'

const username = z.string().trim().min(1).max(254)
const ipaddr = z.string().trim().max(64).default('')
const started = z.object({ username, ipaddr })
const asked = z.object({
  username,
  ipaddr,
  factor: z.enum(['push', 'phone', 'sms', 'passcode']),
  passcode: z.string().trim().max(64).optional(),
  txid: z.string().max(64).optional(),
})
const sentByRadius = z.object({
  username,
  password: z.string().trim().min(1).max(64),
  proxy: z.string().trim().max(100),
})
const defaultRadiusPort = 1812

/**
 * Adds the routes of "Test it now". Each asks a real user for a real factor.
 *
 * - `POST applications/:id/test/start` `{ username, ipaddr? }` → `{ user, result, status_msg, steps,
 *   devices, verification_code, txid, ms }`
 * - `POST applications/:id/test/ask` `{ username, factor, passcode?, txid? }` → `{ txid, result, status,
 *   status_msg, ms }`; `result` is `waiting`, `allow` or `deny`
 * - `GET applications/:id/test/status?txid` → `{ result, status, status_msg }`, within half a minute
 * - `POST applications/:id/test/radius` `{ username, password, proxy }` → `{ result, message,
 *   explanation, ms }`; `proxy` is one of the application's proxies
 */
export function addSignInTestRoutes(
  routes: AdminRoutes,
  store: Store,
  test: SignInTest,
  clock: Clock,
): void {
  const integrations = new Integrations(store)
  const require = async (ikey: string): Promise<Integration> => {
    const app = await integrations.byIkey(ikey, store.db)
    if (app === undefined) throw new NotFound('there is no such application')
    return app
  }

  routes.act({
    method: 'POST',
    path: 'applications/:id/test/start',
    body: started,
    answer: async ({ id, body, administration }) => {
      const input = { integration: await require(id), factor: 'preauth', by: 'service' }
      const integration = await administration.run(testSignIn, { ...input, ...body })
      const { user, findings, preauth, decisionMs } = await test.start({ ...body, integration })
      const isAuth = preauth.result === 'auth'
      return {
        user: user === undefined ? null : { user_id: user.userId, username: user.username },
        result: preauth.result,
        status_msg: 'status_msg' in preauth ? preauth.status_msg : '',
        steps: findings,
        devices: isAuth ? preauth.devices : [],
        verification_code: isAuth ? (preauth.verification?.code ?? null) : null,
        txid: isAuth ? (preauth.verification?.txid ?? null) : null,
        ms: decisionMs,
      }
    },
  })

  routes.act({
    method: 'POST',
    path: 'applications/:id/test/ask',
    body: asked,
    answer: async ({ id, body, administration }) => {
      const { username: name, ipaddr: address, factor, txid } = body
      const integration = await administration.run(testSignIn, {
        integration: await require(id),
        username: name,
        factor,
        by: 'service',
      })
      const request = { integration, username: name, ipaddr: address }
      const { outcome, askedMs } = await test.ask(request, toFactor(body), txid)
      switch (outcome.kind) {
        case 'no such user':
          throw new NotFound('there is no such user')
        case 'waiting':
          return { txid: outcome.txid, result: 'waiting', status: '', status_msg: '', ms: askedMs }
        default:
          return { txid: outcome.txid, ...outcome.outcome, ms: askedMs }
      }
    },
  })

  routes.view({
    path: 'applications/:id/test/status',
    permit: 'applications.edit',
    query: z.object({ txid: z.string().max(64) }),
    answer: async ({ id, query: { txid } }) => {
      const status = await test.status(await require(id), txid.toLowerCase())
      if (status === undefined) throw new NotFound('this sign-in is over')
      return status
    },
  })

  routes.act({
    method: 'POST',
    path: 'applications/:id/test/radius',
    body: sentByRadius,
    answer: async ({ id, body, administration }) => {
      const integration = await require(id)
      const { proxies = [], radiusPort: port = defaultRadiusPort } = integration.client
      if (!proxies.includes(body.proxy)) {
        throw new InvalidInput('proxy', 'The address is not one of the application’s proxies.')
      }
      const secret = await integrations.radiusSecret(id, store.db)
      if (secret === undefined) {
        throw new InvalidInput(undefined, 'The application has no RADIUS secret; reset it first.')
      }
      const { username: name, password, proxy: host } = body
      const factor = /^[a-z]+\d?$/i.test(password) ? password : 'passcode'
      const by = `radius ${host}`
      await administration.run(testSignIn, { integration, username: name, factor, by })
      return await radiusTest({ host, port, secret, username: name, password }, clock)
    },
  })
}

/** @throws {InvalidInput} */
function toFactor({ factor, passcode = '' }: z.infer<typeof asked>): TestFactor {
  if (factor !== 'passcode') return { factor }
  if (passcode !== '') return { factor, passcode }
  throw new InvalidInput('passcode', 'passcode: type one.')
}
