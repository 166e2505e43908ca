import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { deleteApplication } from '../../../../../src/service/administration/acts/applications.ts'
import { Administration } from '../../../../../src/service/administration/administration.ts'
import { builtInRole } from '../../../../../src/service/administration/roles.ts'
import {
  type Integration,
  Integrations,
} from '../../../../../src/service/applications/integrations.ts'
import { Policies } from '../../../../../src/service/applications/policy/policies.ts'
import { PolicyAttachments } from '../../../../../src/service/applications/policy/policy_attachments.ts'
import { Groups } from '../../../../../src/service/people/groups.ts'
import { AdminClient, addAdministrator } from '../../../../rig/admin_client.ts'
import { Authenticator } from '../../../../rig/authenticator.ts'
import { ManualClock } from '../../../../rig/manual_clock.ts'
import { PanelRig } from '../../../../rig/panel_person.ts'
import type { Answer, TestService } from '../../../../rig/service.ts'
import { onEachDatabase } from '../../../../rig/service_databases.ts'

const minuteMs = 60_000
const waiting = { state: 'waiting' }
const refused = { error: { code: 'push' } }
const elsewhere = { 'x-forwarded-for': '203.0.113.66' }

onEachDatabase('an attack on the push of administrators', ({ start }) => {
  const clock = new ManualClock()
  let service: TestService
  let rig: PanelRig
  before(async () => {
    const config = { refusedPerMinute: 10_000, trustedProxies: ['127.0.0.1'] }
    service = await start({ clock, config })
    rig = new PanelRig(service, clock)
  })

  async function panel(): Promise<Integration> {
    const { items } = await new Integrations(service.store).page({ limit: 100 }, service.store.db)
    const found = items.find(({ type }) => type === 'panel')
    assert.ok(found)
    return found
  }

  /** Uses a stolen cookie in another network, with a browser of the same kind. */
  async function steal(from: AdminClient, path: string): Promise<Answer> {
    const thief = rig.browser()
    thief.cookie = from.cookie
    return await thief.call('POST', path, {}, elsewhere)
  }

  for (const path of ['sign-in', 'step-up'] as const) {
    test(`with a cookie that was stolen during a ${path} does not get the answer`, async () => {
      const person = await rig.enrolled()
      const client = path === 'sign-in' ? await rig.password(person) : person.client
      const sent = await client.post(`${path}/push`)
      assert.partialDeepStrictEqual((await steal(client, `${path}/push/status`)).body, refused)
      await person.phone.answerNext('approve', { code: String(sent.body.code) })
      assert.partialDeepStrictEqual((await steal(client, `${path}/push/status`)).body, refused)
      const proved = await client.post(`${path}/push/status`)
      assert.equal(proved.body.state, 'signed_in', proved.text)
    })
  }

  test('with the password in another network is not helped by a push that the owner answers', async () => {
    const person = await rig.enrolled()
    const { client, code } = await rig.asked(person)
    const thief = await rig.password(person)
    const theirs = await thief.call('POST', 'sign-in/push', {}, elsewhere)
    assert.equal(theirs.status, 200)
    await person.phone.answerNext('approve', { code })
    assert.deepEqual((await thief.call('POST', 'sign-in/push/status', {}, elsewhere)).body, waiting)
    assert.equal((await client.post('sign-in/push/status')).body.state, 'signed_in')
    assert.deepEqual((await thief.call('POST', 'sign-in/push/status', {}, elsewhere)).body, waiting)
  })

  test('with a clock that is set back does not make an approval last', async () => {
    const person = await rig.enrolled()
    const { client, code } = await rig.asked(person)
    await person.phone.answerNext('approve', { code })
    clock.advance(-10 * minuteMs)
    const answer = await client.post('sign-in/push/status')
    clock.advance(10 * minuteMs)
    assert.partialDeepStrictEqual(answer.body, refused)
  })

  test('by policies, groups and networks never makes a push needless, or its code', async () => {
    const person = await rig.enrolled()
    const { ikey } = await panel()
    const policies = new Policies(service.store)
    const attachments = new PolicyAttachments(service.store)
    const sections = {
      new_user: { new_user_behavior: 'no-mfa' },
      authentication_policy: { user_auth_behavior: 'bypass' },
      user_without_device: { behavior: 'no-mfa' },
      authorized_networks: {
        no_2fa_required: { ip_list: ['0.0.0.0/0', '::/0'], require_enrollment: false },
      },
      authentication_methods: { require_verified_push: false },
    }
    const policyKey = await service.store.transaction(async (db) => {
      const policy = await policies.create({ name: 'Weak', sections }, clock.now(), db)
      await attachments.setApplication(ikey, policy.policyKey, db)
      return policy.policyKey
    })
    const { client, code } = await rig.asked(person)
    assert.match(code, /^\d{4}$/)
    assert.deepEqual((await client.post('sign-in/push/status')).body, waiting)
    const { txid } = await person.phone.nextRequest()
    const withoutCode = await person.phone.answer(String(txid), 'approve')
    assert.notEqual(withoutCode.status, 200)
    assert.deepEqual((await client.post('sign-in/push/status')).body, waiting)
    await service.store.transaction(async (db) => {
      const group = await new Groups().create('Bypassed', 'bypass', '', db)
      await new Groups().addMember(group.groupId, person.user.userId, db)
    })
    await person.phone.answer(String(txid), 'approve', { code })
    assert.partialDeepStrictEqual((await client.post('sign-in/push/status')).body, refused)
    await service.store.transaction((db) => attachments.unsetApplication(ikey, policyKey, db))
  })

  test('with the keys of the panel’s application signs no request', async () => {
    await rig.enrolled()
    const integration = await panel()
    for (const path of ['/auth/v2/check', '/admin/v1/users', '/rest/v1/check']) {
      const answer = await service.call({ method: 'GET', path, integration })
      assert.notEqual(answer.status, 200, path)
    }
  })

  test('by an administrator of applications does not remove the rules of the panel', async () => {
    const person = await rig.enrolled()
    const integration = await panel()
    await service.store.transaction((db) =>
      new Integrations(service.store).update(integration.ikey, { enabled: false }, db),
    )
    const role = builtInRole('Integration Manager')
    const administration = new Administration(service.store, clock, { name: 'test', role })
    await assert.rejects(administration.run(deleteApplication, { integration }), {
      code: 'ACCESS_OWN_APPLICATION',
    })
    const client = await rig.password(person)
    assert.partialDeepStrictEqual((await client.post('sign-in/push')).body, refused)
    await service.store.transaction((db) =>
      new Integrations(service.store).update(integration.ikey, { enabled: true }, db),
    )
  })

  test('by a help desk that gives its own user the address of an owner asks the owner’s phone only', async () => {
    const owner = await rig.enrolled()
    const { email } = owner.admin.administrator
    const helper = await rig.person()
    const desk = rig.browser()
    await desk.signIn(await addAdministrator(service.store, { role: 'Help Desk' }))
    const moved = await desk.call('PATCH', `users/${helper.user.userId}`, { email })
    assert.equal(moved.status, 200, moved.text)
    const { client, code } = await rig.asked(owner)
    assert.deepEqual(await helper.phone.requests(), [])
    const request = await owner.phone.nextRequest()
    const foreign = await helper.phone.answer(String(request.txid), 'approve', { code })
    assert.notEqual(foreign.status, 200)
    const taken = await client.post('factors/push', { phone_id: helper.phone.phoneId })
    assert.equal(taken.status, 401)
    assert.deepEqual((await client.post('sign-in/push/status')).body, waiting)
  })

  test('by a passkey with the id of a phone does not keep its owner from adding the phone', async () => {
    const person = await rig.person()
    const thief = await AdminClient.signedIn(service, { role: 'Read-only', now: () => clock.now() })
    const { body } = await thief.post('factors/passkey/options')
    const origin = `https://localhost:${service.port}`
    const ceremony = { challenge: String(body.challenge), origin, rpId: 'localhost' }
    const attestation = new Authenticator(person.phone.phoneId).attestation(ceremony)
    const squatted = await thief.post('factors/passkey', { attestation })
    assert.partialDeepStrictEqual(squatted.body, { error: { code: 'passkey' } })
    assert.deepEqual((await rig.add(person)).body.factors, ['push', 'totp'])
  })
})
