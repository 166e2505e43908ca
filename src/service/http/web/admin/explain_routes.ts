import * as z from 'zod'
import type { Integrations } from '../../../applications/integrations.ts'
import { isAddress } from '../../../applications/policy/policy_networks.ts'
import { Users } from '../../../people/users.ts'
import type { Subject, Subjects } from '../../../sign_in/subject.ts'
import type { UserReference } from '../../../sign_in/transaction/attempt.ts'
import { InvalidInput, NotFound } from './admin_failure.ts'
import type { AdminRoutes } from './admin_routes.ts'
import { type PeopleRoutes, requireUser } from './people_routes.ts'

const query = z.object({ ikey: z.string().max(40), ip: z.string().max(64).default('') })

/**
 * Adds the explanation of a sign-in, decided as preauth decides, now; it changes nothing.
 *
 * - `GET users/:id/explain?ikey&ip`
 * - `GET explain?username&ikey&ip`, also for a name that no user has
 *
 * Both answer `{ username, user_id | null, ikey, application, ip, result, reason | null,
 * status_msg | null, steps: [{ step, because, section?, source? }], devices: [{ id, name, methods }],
 * sections, sources }`. `result` is `auth`, `allow`, `deny` or `enroll`; the last step decided, unless
 * `result` is `auth`.
 */
export function addExplainRoutes(
  routes: AdminRoutes,
  { store }: PeopleRoutes,
  subjects: Subjects,
  integrations: Integrations,
): void {
  const explain = async (user: UserReference, ikey: string, ip: string) => {
    if (ip !== '' && !isAddress(ip)) {
      throw new InvalidInput('ip', 'Write the address like 192.0.2.1 or 2001:db8::1.')
    }
    const integration = await integrations.byIkey(ikey, store.db)
    if (integration === undefined) throw new NotFound('there is no such application')
    const budget = integration.type === 'portal' ? ('portal' as const) : ('sign-in' as const)
    const request = { user, integration, ipaddr: ip, budget, readsBypassCodes: true }
    const subject = await subjects.read(request)
    if (subject === undefined) throw new NotFound('there is no such user; reload the list')
    const username = subject.user?.username ?? ('username' in user ? user.username : '')
    const { name: application } = integration
    return { username, ikey, application, ip, ...describe(subject) }
  }

  routes.view({
    path: 'users/:id/explain',
    permit: 'users.view',
    query,
    answer: async ({ id, query: { ikey, ip } }) => {
      const { userId } = await requireUser(new Users(), id, store.db)
      return await explain({ userId }, ikey, ip)
    },
  })

  routes.view({
    path: 'explain',
    permit: 'users.view',
    query: query.extend({ username: z.string().min(1).max(512) }),
    answer: async ({ query: { username, ikey, ip } }) => await explain({ username }, ikey, ip),
  })
}

function describe({ user, decision, findings, phones, tokens, policy }: Subject) {
  return {
    user_id: user?.userId ?? null,
    result: decision.kind,
    reason: 'reason' in decision ? decision.reason : null,
    status_msg: 'statusMsg' in decision ? decision.statusMsg : null,
    steps: findings,
    devices: [
      ...phones.map(({ phoneId, name, number, capabilities }) => ({
        id: phoneId,
        name: name === '' ? number : name,
        methods: capabilities,
      })),
      ...tokens.map(({ tokenId, serial }) => ({
        id: tokenId,
        name: serial,
        methods: ['hardware-token'],
      })),
    ],
    sections: policy.rules,
    sources: policy.sources,
  }
}
