import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { rotateSecretKey } from '../../../../../src/service/administration/acts/applications.ts'
import { createBypassCodes } from '../../../../../src/service/administration/acts/bypass_codes.ts'
import { updateSettings } from '../../../../../src/service/administration/acts/settings.ts'
import {
  Administration,
  ApprovalRequested,
} from '../../../../../src/service/administration/administration.ts'
import { builtInRole } from '../../../../../src/service/administration/roles.ts'
import { Administrators } from '../../../../../src/service/administrators/administrators.ts'
import { Integrations } from '../../../../../src/service/applications/integrations.ts'
import { defaultConfig } from '../../../../../src/service/config/service_config.ts'
import { Settings } from '../../../../../src/service/settings/settings.ts'
import { AdminClient, addAdministrator } from '../../../../rig/admin_client.ts'
import { ManualClock } from '../../../../rig/manual_clock.ts'
import { TestService } from '../../../../rig/service.ts'

const hourMs = 3_600_000

describe('an act that needs a second person', () => {
  const clock = new ManualClock()
  const now = () => clock.now()
  let service: TestService
  let settings: Settings
  let owner: AdminClient
  let other: AdminClient
  /** Runs acts as the requester, whose session is stepped up. */
  let requester: Administration
  let requesterId: string

  before(async () => {
    service = await TestService.start({ clock })
    settings = await Settings.load(defaultConfig(service.folder), service.store.db)
    await commandLine().run(updateSettings, { settings, update: { two_person_approval: true } })
    const ada = await addAdministrator(service.store)
    requesterId = ada.administrator.adminId
    owner = new AdminClient(service, now)
    await owner.signIn(ada)
    other = await AdminClient.signedIn(service, { now })
    requester = new Administration(service.store, clock, {
      name: ada.administrator.email,
      role: builtInRole('Owner'),
      session: { adminId: requesterId, steppedUpUntil: Number.MAX_SAFE_INTEGER },
    })
  })
  after(() => service.close())

  function commandLine(): Administration {
    const actor = { name: 'cli:root', role: builtInRole('Owner') }
    return new Administration(service.store, clock, actor)
  }

  async function request(work: Promise<unknown>): Promise<string> {
    const error: unknown = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    assert.ok(error instanceof ApprovalRequested, String(error))
    return error.approval.approvalId
  }

  async function skey(): Promise<string | undefined> {
    const { ikey } = service.integration
    const found = await new Integrations(service.store).byIkey(ikey, service.store.db)
    return found?.skey.reveal()
  }

  test('is carried out when another administrator approves it, and its result read once', async () => {
    const before = await skey()
    const { integration } = service
    const id = await request(requester.run(rotateSecretKey, { integration }))
    assert.equal(await skey(), before)
    const own = await owner.post(`approvals/${id}/approve`)
    assert.partialDeepStrictEqual(own.body, { error: { code: 'own_request' } })
    const listed = await other.get('approvals?waiting=true')
    assert.partialDeepStrictEqual(listed.body, {
      items: [{ id, kind: 'integration_skey_rotate', state: 'waiting', own: false }],
    })
    const approved = await other.post(`approvals/${id}/approve`)
    assert.partialDeepStrictEqual(approved.body, { state: 'done', has_result: false })
    assert.notEqual(await skey(), before)
    assert.equal((await other.post(`approvals/${id}/result`)).status, 404)
    const result = await owner.post(`approvals/${id}/result`)
    assert.deepEqual(result.body, { result: { skey: await skey() } })
    assert.equal((await owner.post(`approvals/${id}/result`)).status, 404)
    const again = await other.post(`approvals/${id}/approve`)
    assert.partialDeepStrictEqual(again.body, { error: { code: 'approval_over' } })
  })

  test('is carried out once when two approve it at once', async () => {
    const third = await AdminClient.signedIn(service, { now })
    const user = await service.addUser({ username: 'twice' })
    const codes = { count: 1, reuseCount: 1, validSecs: 0, preserveExisting: true }
    const id = await request(requester.run(createBypassCodes, { user, codes }))
    const answers = await Promise.all(
      [other, third].map((client) => client.post(`approvals/${id}/approve`)),
    )
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409])
  })

  test('fails if what it is about has changed meanwhile', async () => {
    const integration = await service.addIntegration('radius')
    const id = await request(requester.run(rotateSecretKey, { integration }))
    await service.store.transaction((db) =>
      new Integrations(service.store).remove(integration.ikey, db),
    )
    const answer = await other.post(`approvals/${id}/approve`)
    assert.equal(answer.status, 409)
    assert.partialDeepStrictEqual(answer.body, { error: { code: 'approval_failed' } })
    assert.partialDeepStrictEqual((await owner.get(`approvals/${id}`)).body, { state: 'failed' })
  })

  test('fails if the requester has lost the permit', async () => {
    const helper = await addAdministrator(service.store, { role: 'Help Desk' })
    const { adminId, email } = helper.administrator
    const session = { adminId, steppedUpUntil: Number.MAX_SAFE_INTEGER }
    const role = builtInRole('Help Desk')
    const helpDesk = new Administration(service.store, clock, { name: email, role, session })
    const user = await service.addUser({ username: 'demoted' })
    const codes = { count: 1, reuseCount: 1, validSecs: 0, preserveExisting: true }
    const id = await request(helpDesk.run(createBypassCodes, { user, codes }))
    await service.store.transaction((db) =>
      new Administrators().update(adminId, { role: 'Read-only' }, db),
    )
    const answer = await other.post(`approvals/${id}/approve`)
    assert.partialDeepStrictEqual(answer.body, { error: { code: 'approval_failed' } })
  })

  test('needs the same permits of the second person', async () => {
    const { integration } = service
    const id = await request(requester.run(rotateSecretKey, { integration }))
    const helpDesk = await AdminClient.signedIn(service, { role: 'Help Desk', now })
    assert.equal((await helpDesk.get(`approvals/${id}`)).status, 404)
    const answer = await helpDesk.post(`approvals/${id}/approve`)
    assert.partialDeepStrictEqual(answer.body, { error: { code: 'denied' } })
  })

  test('can be refused and cancelled', async () => {
    const { integration } = service
    const refused = await request(requester.run(rotateSecretKey, { integration }))
    const answer = await other.post(`approvals/${refused}/refuse`, { reason: 'Not today' })
    assert.partialDeepStrictEqual(answer.body, { state: 'refused', reason: 'Not today' })
    const cancelled = await request(requester.run(rotateSecretKey, { integration }))
    assert.equal((await other.post(`approvals/${cancelled}/cancel`)).status, 404)
    const own = await owner.post(`approvals/${cancelled}/cancel`)
    assert.partialDeepStrictEqual(own.body, { state: 'cancelled' })
  })

  test('is not carried out after it has expired', async () => {
    const { integration } = service
    const before = await skey()
    const id = await request(requester.run(rotateSecretKey, { integration }))
    clock.advance(24 * hourMs)
    const late = await AdminClient.signedIn(service, { now })
    const answer = await late.post(`approvals/${id}/approve`)
    assert.partialDeepStrictEqual(answer.body, { error: { code: 'approval_over' } })
    assert.equal(await skey(), before)
    owner = await AdminClient.signedIn(service, { now })
    other = await AdminClient.signedIn(service, { now })
  })

  test('is read again only by a requester who may still do it', async () => {
    const admin = await addAdministrator(service.store, { role: 'Administrator' })
    const client = new AdminClient(service, now)
    await client.signIn(admin)
    const asked = await client.post(`applications/${service.integration.ikey}/reveal`)
    assert.equal(asked.status, 202)
    const approval = asked.body.approval
    assert.ok(typeof approval === 'object' && approval !== null && 'id' in approval)
    assert.equal((await other.post(`approvals/${String(approval.id)}/approve`)).status, 200)
    const { adminId } = admin.administrator
    await service.store.transaction((db) =>
      new Administrators().update(adminId, { role: 'Read-only' }, db),
    )
    const taken = await client.post(`approvals/${String(approval.id)}/result`)
    assert.partialDeepStrictEqual(taken.body, { error: { code: 'denied' } })
  })

  test('is a new link of an administrator, with which the requester could approve', async () => {
    const colleague = await addAdministrator(service.store)
    const { adminId, email } = colleague.administrator
    const reset = await owner.post(`administrators/${adminId}/reset`, {
      password: true,
      factors: true,
    })
    assert.equal(reset.status, 202)
    assert.partialDeepStrictEqual(reset.body, { approval: { kind: 'admin_reset' } })
    await new AdminClient(service, now).signIn(colleague)
    const listed = await other.get('approvals?waiting=true')
    assert.match(listed.text, new RegExp(`new link for the administrator ${email}`))
    // approved for this address, and not for the one that it is changed to
    const moved = await owner.call('PATCH', `administrators/${adminId}`, {
      email: 'own@example.com',
    })
    assert.equal(moved.status, 200)
    const approval = reset.body.approval
    assert.ok(typeof approval === 'object' && approval !== null && 'id' in approval)
    const approved = await other.post(`approvals/${String(approval.id)}/approve`)
    assert.partialDeepStrictEqual(approved.body, { error: { code: 'approval_failed' } })
  })

  test('is adding an administrator of any role', async () => {
    const body = { email: 'second@example.com', name: 'Second' }
    for (const role of ['Owner', 'Read-only']) {
      const requested = await owner.post('administrators', { ...body, role })
      assert.equal(requested.status, 202)
      assert.partialDeepStrictEqual(requested.body, { approval: { kind: 'admin_create' } })
    }
    const helper = await addAdministrator(service.store, { role: 'Help Desk' })
    const path = `administrators/${helper.administrator.adminId}`
    assert.equal((await owner.call('PATCH', path, { role: 'Owner' })).status, 202)
    assert.equal((await owner.call('PATCH', path, { role: 'Read-only' })).status, 200)
  })

  test('is refused to an application of the Admin API, and not to the command line', async () => {
    const { integration } = service
    const actor = { name: 'API', role: builtInRole('Owner'), ikey: 'DIXXXXXXXXXXXXXXXXXX' }
    const application = new Administration(service.store, clock, actor)
    await assert.rejects(application.run(rotateSecretKey, { integration }), {
      code: 'ADMINISTRATION_APPROVAL',
    })
    await commandLine().run(rotateSecretKey, { integration })
  })

  test('is turning the setting off', async () => {
    const id = await request(
      requester.run(updateSettings, { settings, update: { two_person_approval: false } }),
    )
    const answer = await other.post(`approvals/${id}/approve`)
    assert.partialDeepStrictEqual(answer.body, { state: 'done' })
    await requester.run(rotateSecretKey, { integration: service.integration })
  })
})
