import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AdministratorLog } from '../../../../../src/service/audit/administrator_log.ts'
import {
  AdminClient,
  addAdministrator,
  type TestAdministrator,
} from '../../../../rig/admin_client.ts'
import { ManualClock } from '../../../../rig/manual_clock.ts'
import { skipPostgres } from '../../../../rig/postgres.ts'
import { TestService } from '../../../../rig/service.ts'
import { ServiceNodes } from '../../../../rig/service_nodes.ts'
import { makeSuiteDatabase, type SuiteDatabase } from '../../../../rig/shared_postgres.ts'

const minuteMs = 60_000

describe('sessions of administrators', () => {
  const clock = new ManualClock()
  let service: TestService
  before(async () => {
    service = await TestService.start({ clock, config: { trustedProxies: ['127.0.0.1'] } })
  })
  after(() => service.close())

  async function signIn(administrator: TestAdministrator): Promise<AdminClient> {
    clock.advance(minuteMs)
    const client = new AdminClient(service, () => clock.now())
    await client.signIn(administrator)
    return client
  }

  async function refusals(): Promise<readonly string[]> {
    const listed = await new AdministratorLog().list(50, service.store.db)
    const refused = listed.filter(({ action }) => action === 'admin_session_refused')
    return refused.map(({ object, description }) => `${object} ${description}`)
  }

  /** Ends of the sessions, newest first: reason and who ended it. */
  async function ends(client: AdminClient): Promise<readonly (readonly unknown[])[]> {
    const { body } = await client.get('profile')
    const ended = body.ended_sessions as readonly Readonly<Record<string, unknown>>[]
    return ended.map(({ reason, ended_by }) => [reason, ended_by])
  }

  test('end when another browser uses the cookie, which is logged', async () => {
    const ada = await addAdministrator(service.store)
    const { email } = ada.administrator
    const client = await signIn(ada)
    const thief = { 'user-agent': 'curl/8.0', 'x-forwarded-for': '203.0.113.9' }
    assert.equal((await client.call('GET', 'users', {}, thief)).status, 401)
    assert.equal((await client.get('users')).status, 401)
    const [line] = await refusals()
    assert.equal(
      line,
      `${email} reason=other_browser ip_address=203.0.113.9 browser=another program`,
    )
    assert.deepEqual(await ends(await signIn(ada)), [['other_browser', '']])
  })

  test('are refused in another network until a factor is proved there, which is logged', async () => {
    const ada = await addAdministrator(service.store)
    const client = await signIn(ada)
    const elsewhere = { 'x-forwarded-for': '203.0.113.10' }
    for (const method of ['GET', 'POST'] as const) {
      const refused = await client.call(method, 'groups', { name: 'x' }, elsewhere)
      assert.equal(refused.status, 403)
      assert.partialDeepStrictEqual(refused.body, { error: { code: 'step_up_required' } })
    }
    const logged = (await refusals()).filter((line) => line.includes('203.0.113.10'))
    assert.equal(logged.length, 1)
    assert.match(logged[0] ?? '', /reason=other_network/)
    const passcode = client.passcode(ada)
    await client.call('POST', 'step-up/totp', { passcode }, elsewhere)
    assert.equal((await client.call('GET', 'users', {}, elsewhere)).status, 200)
    assert.equal((await client.get('users')).status, 200)
  })

  test('are listed after their end, with the reason', async () => {
    const [ada, grace] = [
      await addAdministrator(service.store),
      await addAdministrator(service.store, { role: 'Help Desk' }),
    ]
    const adminId = grace.administrator.adminId
    await (await signIn(grace)).post('sign-out')
    const ended = await signIn(grace)
    const owner = await signIn(ada)
    const shown = await owner.get(`administrators/${adminId}`)
    const [session] = shown.body.sessions as readonly { readonly session_id: string }[]
    await owner.post(`administrators/${adminId}/sessions/end`, session)
    assert.equal((await ended.get('profile')).status, 401)
    const changed = await signIn(grace)
    const client = await signIn(grace)
    const next = 'plinth gravel otter quince'
    const { status } = await client.post('profile/password', { present: grace.password, next })
    assert.equal(status, 200)
    assert.equal((await changed.get('profile')).status, 401)
    clock.advance(31 * minuteMs)
    assert.equal((await client.get('profile')).status, 401)
    const last = await signIn({ ...grace, password: next })
    assert.deepEqual(await ends(last), [
      ['expired', ''],
      ['password_changed', grace.administrator.email],
      ['ended', ada.administrator.email],
      ['signed_out', ''],
    ])
    const { body } = await last.get('profile')
    assert.equal((body.sessions as readonly unknown[]).length, 1)
  })

  test('end after their absolute time, however much they are used', async () => {
    const client = await signIn(await addAdministrator(service.store))
    const steps = (12 * 60) / 20
    let used = 0
    while (used < steps && (await client.get('profile')).status === 200) {
      clock.advance(20 * minuteMs)
      used++
    }
    assert.ok(used > 1 && used <= steps, String(used))
    assert.equal((await client.get('profile')).status, 401)
  })

  test('are revoked by the reset of the account, with its known browsers', async () => {
    const [ada, grace] = [
      await addAdministrator(service.store),
      await addAdministrator(service.store),
    ]
    const client = await signIn(grace)
    const owner = await signIn(ada)
    const lost = { password: true, factors: false }
    await owner.post(`administrators/${grace.administrator.adminId}/reset`, lost)
    assert.equal((await client.get('profile')).status, 401)
    const rows = await service.store.db
      .selectFrom('administrator_browsers')
      .select('admin_id')
      .where('admin_id', '=', grace.administrator.adminId)
      .execute()
    assert.deepEqual(rows, [])
  })
})

describe('sessions of administrators, on two nodes', { skip: skipPostgres }, () => {
  let database: SuiteDatabase
  let nodes: ServiceNodes
  before(async () => {
    database = await makeSuiteDatabase()
    nodes = await ServiceNodes.start(database.url, 2)
  })
  after(async () => {
    await nodes.close()
    await database.release()
  })

  test('that one node ends are refused by the other at once', async () => {
    const [first, second] = nodes.nodes.map(
      ({ port, client }) => new AdminClient({ port, send: (raw) => client.send(raw) }),
    )
    assert.ok(first !== undefined && second !== undefined)
    const ada = await addAdministrator(nodes.store)
    await first.signIn(ada)
    second.cookie = first.cookie
    assert.equal((await second.get('profile')).status, 200)
    await second.post('step-up/totp', { passcode: second.passcode(await fresh(ada)) })
    assert.equal((await first.get('profile')).status, 401)
    first.cookie = second.cookie
    assert.equal((await first.get('profile')).status, 200)
    await first.post('sign-out')
    assert.equal((await second.get('profile')).status, 401)
  })

  /** The account, with an authenticator app whose passcodes are not used yet. */
  async function fresh(administrator: TestAdministrator): Promise<TestAdministrator> {
    const { adminId } = administrator.administrator
    await nodes.store.db
      .updateTable('administrator_factors')
      .set({ position: 0 })
      .where('admin_id', '=', adminId)
      .execute()
    return administrator
  }
})
