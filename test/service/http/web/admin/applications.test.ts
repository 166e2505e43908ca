import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AdministratorLog } from '../../../../../src/service/audit/administrator_log.ts'
import { Groups } from '../../../../../src/service/people/groups.ts'
import { AdminClient } from '../../../../rig/admin_client.ts'
import { ManualClock } from '../../../../rig/manual_clock.ts'
import { TestService } from '../../../../rig/service.ts'

type Json = Readonly<Record<string, unknown>>

describe('applications in the panel', () => {
  let service: TestService
  let owner: AdminClient
  before(async () => {
    service = await TestService.start()
    owner = await AdminClient.signedIn(service)
  })
  after(() => service.close())

  const create = async (body: object) => {
    const { status, body: answer } = await owner.post('applications', body)
    assert.equal(status, 200, JSON.stringify(answer))
    return answer as { application: Json; secret_key: string } & Json
  }
  const adminLog = async () => await new AdministratorLog().list(20, service.store.db)

  test('the catalogue has every make with what its administrator has to set', async () => {
    const { body } = await owner.get('catalogue')
    const items = body.items as { id: string; client: string; radius: object | null }[]
    assert(items.length >= 17)
    const workspaces = items.find(({ id }) => id === 'amazon-workspaces')
    assert.partialDeepStrictEqual(workspaces?.radius, {
      timeout_secs: 20,
      retries: 0,
      port: 1812,
      protocol: 'PAP',
    })
    for (const { client, radius } of items)
      assert.equal(radius !== null, /radius|workspaces/.test(client))
  })

  test('protecting Amazon WorkSpaces gives keys, cfg and the values for AWS, once', async () => {
    const made = await create({
      product: 'amazon-workspaces',
      name: 'Amazon WorkSpaces',
      client: {
        radius_clients: ['10.0.1.10', '10.0.2.10'],
        proxies: ['10.0.3.4'],
        failmode: 'secure',
      },
    })
    const { application, secret_key: skey, cfg } = made
    const { text, file_name: fileName } = cfg as { text: string; file_name: string }
    assert.equal(fileName, 'authproxy.cfg')
    const secret = String(made.radius_secret)
    assert.match(secret, /^\w{24}$/)
    assert.match(text, new RegExp(`ikey=${application.integration_key}\nskey=${skey}\n`))
    assert.match(text, new RegExp(`radius_ip_2=10.0.2.10\nradius_secret_2=${secret}\n`))
    assert.match(text, /\nhttp_ca_certs=\n {2}-----BEGIN CERTIFICATE-----\n/)
    const values = made.aws_values as { field: string; value: string }[]
    const value = (field: string) => values.find((each) => each.field.startsWith(field))?.value
    assert.equal(value('RADIUS server'), '10.0.3.4')
    assert.equal(value('Shared secret'), secret)
    assert.equal(value('Server timeout'), '20')
    assert.equal(value('Security group'), 'UDP 1812 from 10.0.1.10 and 10.0.2.10')
    const shown = await owner.get(`applications/${application.integration_key}`)
    assert(!shown.text.includes(skey) && !shown.text.includes(secret))
    const listed = await owner.get('applications?q=workspaces')
    assert(!listed.text.includes(skey))
  })

  test('revealing is logged without the key', async () => {
    const { application, secret_key: skey } = await create({ product: 'radius', name: 'Reveal' })
    const path = `applications/${application.integration_key}/reveal`
    const { body } = await owner.post(path)
    assert.equal(body.secret_key, skey)
    const [line] = await adminLog()
    assert.equal(line?.action, 'integration_skey_reveal')
    assert(!JSON.stringify(line).includes(skey))
  })

  test('revealing needs a factor that was proved minutes ago', async () => {
    const clock = new ManualClock(Date.now())
    const later = await TestService.start({ clock })
    try {
      const client = await AdminClient.signedIn(later, { now: () => clock.now() })
      const { ikey } = await later.addIntegration('radius')
      clock.advance(10 * 60_000)
      const { status, body } = await client.post(`applications/${ikey}/reveal`)
      assert.equal(status, 403)
      assert.partialDeepStrictEqual(body, { error: { code: 'step_up_required' } })
    } finally {
      await later.close()
    }
  })

  test('a reset replaces the key, and the old one is refused', async () => {
    const { application, secret_key: before } = await create({ product: 'auth-api', name: 'Web' })
    const ikey = String(application.integration_key)
    const { body } = await owner.post(`applications/${ikey}/reset-secret-key`)
    assert.notEqual(body.secret_key, before)
    const { body: again } = await owner.post(`applications/${ikey}/reveal`)
    assert.equal(again.secret_key, body.secret_key)
  })

  test('user access with permitted groups, and a refused group', async () => {
    const { application } = await create({ product: 'radius', name: 'Groups' })
    const { groupId } = await service.store.transaction((db) =>
      new Groups().create('Staff', 'active', '', db),
    )
    const path = `applications/${application.integration_key}`
    const change = { user_access: 'PERMITTED_GROUPS', permitted_groups: [groupId] }
    const { body } = await owner.call('PATCH', path, change)
    assert.partialDeepStrictEqual(body, {
      user_access: 'PERMITTED_GROUPS',
      permitted_groups: [{ group_id: groupId, name: 'Staff' }],
    })
    const wrong = await owner.call('PATCH', path, { permitted_groups: ['DG0'] })
    assert.equal(wrong.status, 400)
    const network = await owner.call('PATCH', path, { client: { radius_clients: ['10.0.0'] } })
    assert.partialDeepStrictEqual(network.body, { error: { code: 'invalid' } })
  })

  test('names with markup are returned as they are, as JSON', async () => {
    const name = '<img src=x onerror=alert(1)>"&'
    const { application, cfg } = await create({ product: 'radius', name, notes: name })
    const answer = await owner.get(`applications/${application.integration_key}`)
    assert.equal(answer.body.name, name)
    assert.match(String(answer.headers['content-type']), /^application\/json/)
    const { text } = cfg as unknown as { text: string }
    assert.equal(text.split('\n')[0], `; ${name}. docs/authproxy.cfg.md explains every key.`)
  })

  test('removal says what will happen, and needs the name', async () => {
    const { application } = await create({ product: 'radius', name: 'Old VPN' })
    const path = `applications/${application.integration_key}`
    const { body } = await owner.get(`${path}/removal`)
    assert.deepEqual(body, { name: 'Old VPN', sign_ins_7_days: 0, last_used: null, policies: 0 })
    assert.equal((await owner.call('DELETE', path, { name: 'VPN' })).status, 400)
    assert.equal((await owner.call('DELETE', path, { name: 'Old VPN' })).status, 200)
    assert.equal((await owner.get(path)).status, 404)
  })

  test('each role sees and does what its permits say', async () => {
    const { application } = await create({ product: 'admin-api', name: 'Scripts' })
    const path = `applications/${application.integration_key}`
    for (const [role, sees, adds, addsApi] of [
      ['Application Manager', 200, 200, 403],
      ['Read-only', 200, 403, 403],
      ['Help Desk', 403, 403, 403],
      ['Billing', 403, 403, 403],
    ] as const) {
      const client = await AdminClient.signedIn(service, { role })
      assert.equal((await client.get(path)).status, sees, role)
      const add = await client.post('applications', { product: 'radius', name: `of ${role}` })
      assert.equal(add.status, adds, role)
      const api = await client.post('applications', { product: 'admin-api', name: `API ${role}` })
      assert.equal(api.status, addsApi, role)
      assert.equal((await client.post(`${path}/reveal`)).status, 403, role)
    }
  })

  test('test it now shows each step of a real sign-in', async () => {
    const { application } = await create({ product: 'radius', name: 'Tried' })
    const { userId, username } = await service.addUser({ username: 'tess' })
    const token = await service.addToken(userId)
    const path = `applications/${application.integration_key}/test`
    const { body: start } = await owner.post(`${path}/start`, { username })
    assert.partialDeepStrictEqual(start, { result: 'auth', user: { user_id: userId } })
    assert((start.steps as object[]).length > 8)
    const chosen = { username, factor: 'passcode', passcode: token.code(0) }
    const { body: asked } = await owner.post(`${path}/ask`, chosen)
    assert.equal(asked.result, 'allow')
    const { body: status } = await owner.get(`${path}/status?txid=${asked.txid}`)
    assert.equal(status.result, 'allow')
    const [line] = await adminLog()
    assert.equal(line?.action, 'integration_test')
    assert.equal(line.description, 'user=tess factor=passcode by=service')
    const unknown = await owner.post(`${path}/start`, { username: 'nobody' })
    assert.equal(unknown.body.user, null)
  })
})
