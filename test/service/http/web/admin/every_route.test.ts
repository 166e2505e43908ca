import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AdminClient, addAdministrator } from '../../../../rig/admin_client.ts'
import { outboxProviders } from '../../../../rig/outbox_providers.ts'
import { type PanelRoute, panelRoutes } from '../../../../rig/panel_routes.ts'
import { type Answer, TestService } from '../../../../rig/service.ts'

/** Routes that answer without a session: the sign-in itself. */
const open = [
  'GET session',
  'POST sign-in',
  'POST sign-out',
  'POST activation',
  'POST activation/link',
]

describe('every route of the panel', () => {
  let service: TestService
  let routes: readonly PanelRoute[]
  let owner: AdminClient
  before(async () => {
    service = await TestService.start({ config: { ...outboxProviders(), refusedPerMinute: 1000 } })
    routes = await panelRoutes(service)
    owner = await AdminClient.signedIn(service)
  })
  after(() => service.close())

  /** Sends a request to each route. @returns The routes whose answers are not as expected. */
  async function unexpected(
    tried: readonly PanelRoute[],
    client: AdminClient,
    headers: Readonly<Record<string, string>>,
    isExpected: (answer: Answer) => boolean,
  ): Promise<readonly string[]> {
    const wrong: string[] = []
    for (const { method, path } of tried) {
      const address = path.replace(/:\w+/g, 'none')
      const answer = await client.call(method, address, {}, headers)
      if (!isExpected(answer)) wrong.push(`${method} ${path}: ${answer.status} ${answer.text}`)
    }
    return wrong
  }

  const writes = () => routes.filter(({ method }) => method !== 'GET')

  test('is listed', () => {
    const names = routes.map(({ method, path }) => `${method} ${path}`)
    assert.ok(names.length > 100, String(names.length))
    assert.equal(new Set(names).size, names.length)
    for (const name of [...open, 'POST users', 'DELETE groups/:id/members/:user_id']) {
      assert.ok(names.includes(name), name)
    }
  })

  const foreign: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['from another origin', { origin: 'https://evil.example' }],
    ['from a sandboxed page', { origin: 'null' }],
    ['without an origin', { origin: '' }],
    ['from the same site, another origin', { 'sec-fetch-site': 'same-site' }],
    ['without the custom header', { 'x-countersign-admin': '' }],
  ]
  for (const [title, headers] of foreign) {
    test(`refuses a write ${title}`, async () => {
      assert.deepEqual(
        await unexpected(writes(), owner, headers, ({ status, body }) => {
          return status === 403 && errorCode(body) === 'cross_site'
        }),
        [],
      )
    })
  }

  test('refuses a form', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const isRefused = ({ status }: Answer) => status === 415
    assert.deepEqual(await unexpected(writes(), owner, form, isRefused), [])
  })

  test('refuses to be read by another site', async () => {
    const reads = routes.filter(({ method }) => method === 'GET')
    const headers = { 'sec-fetch-site': 'cross-site' }
    const isRefused = ({ status }: Answer) => status === 403
    assert.deepEqual(await unexpected(reads, owner, headers, isRefused), [])
  })

  test('needs a session', async () => {
    const closed = routes.filter(({ method, path }) => !open.includes(`${method} ${path}`))
    const nobody = new AdminClient(service)
    const isRefused = ({ status, body }: Answer) =>
      status === 401 && errorCode(body) === 'no_session'
    assert.deepEqual(await unexpected(closed, nobody, {}, isRefused), [])
  })

  test('needs more than a password', async () => {
    const { administrator, password } = await addAdministrator(service.store)
    const half = new AdminClient(service)
    const begun = await half.post('sign-in', { email: administrator.email, password })
    assert.equal(begun.body.state, 'second_factor')
    const needsFactor = routes.filter(
      ({ method, path }) => !open.includes(`${method} ${path}`) && !path.startsWith('sign-in/'),
    )
    const isRefused = ({ status }: Answer) => status === 401
    assert.deepEqual(await unexpected(needsFactor, half, {}, isRefused), [])
  })

  test('can’t be framed, sniffed or cached', async () => {
    const isHardened = ({ headers }: Answer) =>
      /frame-ancestors 'none'/.test(String(headers['content-security-policy'])) &&
      headers['x-frame-options'] === 'DENY' &&
      headers['x-content-type-options'] === 'nosniff' &&
      headers['cache-control'] === 'no-store'
    const nobody = new AdminClient(service)
    assert.deepEqual(await unexpected(routes, nobody, {}, isHardened), [])
  })

  test('has pages that can’t be framed or stored', async () => {
    for (const path of ['/admin', '/admin/users', '/admin/activate', '/admin/none']) {
      const { headers } = await service.send({ method: 'GET', path })
      assert.match(String(headers['content-security-policy']), /frame-ancestors 'none'/)
      assert.equal(headers['x-frame-options'], 'DENY')
      assert.equal(headers['cache-control'], 'no-store')
      assert.doesNotMatch(String(headers['content-security-policy']), /unsafe/)
    }
  })

  test('lets the owner in, for comparison', async () => {
    const views = routes.filter(({ method, path }) => method === 'GET' && !path.includes(':'))
    const isAnswered = ({ status }: Answer) => status === 200 || status === 400 || status === 404
    assert.deepEqual(await unexpected(views, owner, {}, isAnswered), [])
    assert.equal((await owner.get('session')).body.state, 'signed_in')
  })
})

function errorCode(body: Answer['body']): unknown {
  const { error } = body
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
