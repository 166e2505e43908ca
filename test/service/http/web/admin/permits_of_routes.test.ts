import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import {
  builtInRole,
  isPermit,
  type Permit,
  permits,
  roleNames,
} from '../../../../../src/service/administration/roles.ts'
import { AdminClient } from '../../../../rig/admin_client.ts'
import { outboxProviders } from '../../../../rig/outbox_providers.ts'
import { type PanelRoute, panelRoutes } from '../../../../rig/panel_routes.ts'
import { png } from '../../../../rig/png.ts'
import { type Answer, TestService } from '../../../../rig/service.ts'
import { World } from '../../../administration/attempts.ts'

type Body = Readonly<Record<string, unknown>>

const file = { file_name: 'x.csv', content: '', dry_run: true }
const tokens = 'serial,secret\n1,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n'
/** Routes that look for what a test would have to report first; their acts are tested elsewhere. */
const untried = ['DELETE proxies/:id', 'POST applications/:id/test/radius']
const owners = ['Owner']
const applicationManagers = ['Owner', 'Administrator', 'Application Manager', 'Integration Manager']
const administrators = ['Owner', 'Administrator']
const policyAssigners = [...administrators, 'Application Manager']
const policyViewers = [...policyAssigners, 'Security Analyst', 'Read-only']
const userManagers = ['Owner', 'Administrator', 'User Manager']
const userViewers = [
  ...userManagers,
  'Application Manager',
  'Security Analyst',
  'Help Desk',
  'Read-only',
]
const helpDesk = [...userManagers, 'Help Desk']

/** Routes of one's own account and session, which every administrator may use. */
const everyone =
  /^\w+ (profile|session|sign-in|sign-out|step-up|activation|factors|approvals|jobs|openapi\.json|dashboard\/attention)\b/

/**
 * Requests that reach the permits of each act, and the built-in roles that have them, by the table of
 * docs/administrators.md.
 */
const acts: Readonly<Record<string, readonly [roles: readonly string[], body?: Body]>> = {
  'POST administrators': [owners, { email: 'a@example.com', name: 'A', role: 'Help Desk' }],
  'PATCH administrators/:id': [owners, { name: 'B' }],
  'DELETE administrators/:id': [owners],
  'POST administrators/:id/reset': [owners, { password: true, factors: true }],
  'POST administrators/:id/sessions/end': [owners],
  'POST roles': [owners, { name: 'Custom', permits: ['users.view'] }],
  'PATCH roles/:id': [owners, { permits: ['users.view'] }],
  'DELETE roles/:id': [owners],
  'POST applications': [applicationManagers, { product: 'radius', name: 'VPN of a test' }],
  'PATCH applications/:id': [applicationManagers, { name: 'Renamed' }],
  'DELETE applications/:id': [applicationManagers, { name: ':name' }],
  'POST applications/:id/reveal': [applicationManagers],
  'POST applications/:id/reset-secret-key': [applicationManagers],
  'POST applications/:id/reset-radius-secret': [applicationManagers],
  'POST applications/:id/test/start': [applicationManagers, { username: 'nobody' }],
  'POST applications/:id/test/ask': [applicationManagers, { username: 'nobody', factor: 'push' }],
  'PATCH settings': [administrators, { changes: { timezone: 'UTC' } }],
  'PUT settings/logo': [administrators, { png: png(64, 64).toString('base64') }],
  'DELETE settings/logo': [administrators],
  'POST settings/test-mail': [administrators],
  'POST policies': [administrators, { name: 'New policy' }],
  'PATCH policies/:id': [administrators, { name: 'Renamed' }],
  'DELETE policies/:id': [administrators, { name: ':name' }],
  'POST policies/:id/places': [policyAssigners, { kind: 'application', ikey: ':ikey' }],
  'POST policies/:id/places global': [administrators, { kind: 'global' }],
  'DELETE policies/:id/places': [policyAssigners, { kind: 'application', ikey: ':ikey' }],
  'POST policies/impact': [policyViewers, { policy: 'global', change: 'sections', sections: {} }],
  'POST users': [userManagers, { username: 'new' }],
  'PATCH users/:id': [helpDesk, { realname: 'R' }],
  'PATCH users/:id bypass': [userManagers, { status: 'bypass' }],
  'POST users/:id/trash': [userManagers, { username: ':name' }],
  'DELETE users/:id': [userManagers, { username: ':name' }],
  'POST users/:id/restore': [userManagers],
  'POST users/:id/lock': [helpDesk],
  'POST users/:id/unlock': [helpDesk],
  'POST users/:id/invite': [userManagers, { by_link: true }],
  'POST users/:id/phones': [helpDesk, { number: '+12025550144' }],
  'PUT users/:id/phone_order': [helpDesk, { phone_ids: [] }],
  'POST users/:id/bypass_codes': [helpDesk],
  'DELETE users/:id/bypass_codes': [helpDesk],
  'DELETE bypass_codes/:id': [helpDesk],
  'POST users/import': [userManagers, file],
  'POST users/bulk': [helpDesk, { act: 'unlock', selection: { ids: ['none'] } }],
  'POST users/selection': [userViewers, { selection: { ids: ['none'] } }],
  'DELETE users/:id/invitation': [userManagers],
  'PATCH phones/:id': [helpDesk, { name: 'N' }],
  'POST phones/:id/attach': [helpDesk, { username: ':username' }],
  'POST phones/:id/detach': [helpDesk],
  'POST phones/:id/activation': [helpDesk],
  'DELETE phones/:id': [helpDesk],
  'POST groups': [userManagers, { name: 'New group' }],
  'PATCH groups/:id': [userManagers, { description: 'D' }],
  'DELETE groups/:id': [userManagers],
  'POST groups/:id/members': [userManagers, { username: ':username' }],
  'DELETE groups/:id/members/:user_id': [userManagers],
  'POST users/:id/groups': [userManagers, { group_id: ':group_id' }],
  'DELETE users/:id/groups/:group_id': [userManagers],
  'POST tokens': [
    helpDesk,
    { serial: '1', kind: 'hotp-6', secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' },
  ],
  'POST tokens/import': [
    helpDesk,
    { ...file, content: Buffer.from(tokens).toString('base64'), kind: 'hotp-6' },
  ],
  'POST tokens/:id/assign': [helpDesk, { username: ':username' }],
  'POST tokens/:id/unassign': [helpDesk],
  'POST tokens/:id/resync': [helpDesk, { codes: ['111111', '222222', '333333'] }],
  'DELETE tokens/:id': [helpDesk],
  'POST outbox/:id/answer': [owners, { key: null }],
}

describe('docs/administrators.md', () => {
  test('has the table of roles', () => {
    const file = resolve(import.meta.dirname, '../../../../../docs/administrators.md')
    const rows = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) => line.split('|').map((cell) => cell.trim()))
    for (const permit of permits) {
      const row = rows.find(([, name]) => name === `\`${permit}\``)
      const held = roleNames.map((role) => (builtInRole(role).permits.has(permit) ? 'yes' : '–'))
      assert.deepEqual(row?.slice(2, -1), held, permit)
    }
  })
})

describe('the routes of the panel, by role', () => {
  let service: TestService
  let world: World
  let routes: readonly PanelRoute[]
  const clients = new Map<string, AdminClient>()
  let probe: AdminClient
  before(async () => {
    service = await TestService.start({ config: { ...outboxProviders(), refusedPerMinute: 1000 } })
    world = new World(service.store, { now: () => Date.now() })
    routes = await panelRoutes(service)
    for (const role of roleNames) clients.set(role, await AdminClient.signedIn(service, { role }))
    await setProbe([])
    probe = await AdminClient.signedIn(service, { role: 'Probe' })
  })
  after(() => service.close())

  /** Gives the role Probe exactly these permits. */
  async function setProbe(granted: readonly Permit[]): Promise<void> {
    const row = { role_id: 'DRPROBE', name: 'Probe', name_key: 'probe', created: 0 }
    const permitted = { permits: granted.join(' ') }
    await service.store.db
      .insertInto('administrator_roles')
      .values({ ...row, ...permitted })
      .onConflict((conflict) => conflict.column('role_id').doUpdateSet(permitted))
      .execute()
  }

  /** A request about things that were just made. */
  async function request(
    name: string,
    body: Body,
  ): Promise<(client: AdminClient) => Promise<Answer>> {
    const [method = '', path = ''] = name.split(' ')
    const user =
      path === 'users/:id/restore' ? (await world.trashedUser()).user : await world.user()
    const group = await world.group()
    const values: Record<string, string> = {
      ':user_id': user.userId,
      ':username': user.username,
      ':group_id': group.groupId,
    }
    switch (path.split('/')[0]) {
      case 'users':
        values[':id'] = user.userId
        values[':name'] = user.username
        break
      case 'groups':
        values[':id'] = group.groupId
        break
      case 'phones':
        values[':id'] = (await world.phone(user)).phoneId
        break
      case 'tokens':
        values[':id'] = (await world.token()).token.tokenId
        break
      case 'administrators':
        values[':id'] = await world.administrator()
        break
      case 'roles':
        values[':id'] = await world.role()
        break
      case 'applications': {
        const { ikey, name: application } = await world.application()
        values[':id'] = ikey
        values[':name'] = application
        break
      }
      case 'policies': {
        const { policyKey, name: policy } = await world.policy()
        values[':id'] = policyKey
        values[':name'] = policy
        values[':ikey'] = (await world.application()).ikey
        break
      }
      case 'bypass_codes':
        await world.bypassCodes(user)
        values[':id'] = await bypassCodeOf(user.userId)
        break
      default:
        values[':id'] = 'none'
    }
    const fill = (text: string) => text.replace(/:\w+/g, (key) => values[key] ?? key)
    const filled = JSON.parse(
      JSON.stringify(body, (_, value) => (typeof value === 'string' ? fill(value) : value)),
    )
    const address = fill(path)
    return (client) => client.call(toMethod(method), address, filled)
  }

  async function bypassCodeOf(userId: string): Promise<string> {
    const row = await service.store.db
      .selectFrom('bypass_codes')
      .select('bypass_code_id')
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow()
    return row.bypass_code_id
  }

  /** The permits that a request needs: they are granted one by one until it is not denied. */
  async function neededPermits(name: string, body: Body): Promise<readonly Permit[]> {
    const granted: Permit[] = []
    const send = await request(name, body)
    for (;;) {
      await setProbe(granted)
      const missing = deniedPermit(await send(probe))
      if (missing === undefined) return granted
      assert.ok(!granted.includes(missing), `${name} denies ${missing}, which was granted`)
      granted.push(missing)
    }
  }

  test('have a request in the table, if they change something', () => {
    const writes = routes.filter(({ method }) => method !== 'GET')
    const names = writes.map(({ method, path }) => `${method} ${path}`)
    const missing = names.filter((name) => !everyone.test(name) && acts[name] === undefined)
    assert.deepEqual(missing.sort(), untried)
  })

  for (const [name, [roles, body = {}]] of Object.entries(acts)) {
    test(`${name} is permitted to ${roles.length === 1 ? 'the Owner' : roles.join(', ')}`, async () => {
      const needed = await neededPermits(name, body)
      assert.ok(needed.length > 0)
      const send = await request(name, body)
      const denied: string[] = []
      for (const [role, client] of clients) {
        if (!roles.includes(role) && deniedPermit(await send(client)) !== undefined) {
          denied.push(role)
        }
      }
      assert.deepEqual(
        denied,
        roleNames.filter((role) => !roles.includes(role)),
      )
      for (const role of roles) {
        const again = await request(name, body)
        const client = clients.get(role)
        assert.ok(client !== undefined)
        const answer = await again(client)
        assert.equal(deniedPermit(answer), undefined, `${role}: ${answer.text}`)
      }
    })
  }

  test('show each role what its permits allow', async () => {
    const views = routes
      .filter(({ method, path }) => method === 'GET' && !everyone.test(`GET ${path}`))
      .map(({ path }) => `GET ${path}`)
    assert.ok(views.length > 30, String(views.length))
    const unpermitted: string[] = []
    for (const view of views) {
      const needed = await neededPermits(view, {})
      if (needed.length === 0) unpermitted.push(view)
      const send = await request(view, {})
      for (const [role, client] of clients) {
        const { body } = await client.get('session')
        const held = (body.admin as { readonly permits: readonly string[] }).permits
        const answer = await send(client)
        assert.equal(
          deniedPermit(answer),
          needed.find((permit) => !held.includes(permit)),
          `${view} by ${role}: ${answer.text.slice(0, 200)}`,
        )
      }
    }
    assert.deepEqual(unpermitted, [])
  })
})

function deniedPermit({ status, body: { error } }: Answer): Permit | undefined {
  if (status !== 403 || typeof error !== 'object' || error === null) return undefined
  if (!('code' in error) || error.code !== 'denied' || !('permit' in error)) return undefined
  const { permit } = error
  return typeof permit === 'string' && isPermit(permit) ? permit : undefined
}

function toMethod(text: string): PanelRoute['method'] {
  const method = (['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const).find((one) => one === text)
  assert.ok(method !== undefined)
  return method
}
