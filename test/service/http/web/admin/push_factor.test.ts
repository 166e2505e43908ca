import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Administrators } from '../../../../../src/service/administrators/administrators.ts'
import { Integrations } from '../../../../../src/service/applications/integrations.ts'
import { Policies } from '../../../../../src/service/applications/policy/policies.ts'
import { PolicyAttachments } from '../../../../../src/service/applications/policy/policy_attachments.ts'
import { AuthenticationLog } from '../../../../../src/service/audit/authentication_log.ts'
import { Users } from '../../../../../src/service/people/users.ts'
import { AdminClient, addAdministrator } from '../../../../rig/admin_client.ts'
import { ManualClock } from '../../../../rig/manual_clock.ts'
import { type PanelPerson, PanelRig, pushFactor } from '../../../../rig/panel_person.ts'
import { skipPostgres } from '../../../../rig/postgres.ts'
import type { TestService } from '../../../../rig/service.ts'
import { serviceMainlyOnSqlite } from '../../../../rig/service_databases.ts'
import { ServiceNodes } from '../../../../rig/service_nodes.ts'
import { makeSuiteDatabase, type SuiteDatabase } from '../../../../rig/shared_postgres.ts'

const minuteMs = 60_000
const waiting = { state: 'waiting' }
const refused = { error: { code: 'push' } }
const noPush = { error: { code: 'conflict' } }

serviceMainlyOnSqlite('push as a factor of administrators', ({ start }) => {
  const clock = new ManualClock()
  let service: TestService
  let rig: PanelRig
  before(async () => {
    service = await start({ clock, config: { refusedPerMinute: 10_000 } })
    rig = new PanelRig(service, clock)
  })

  test('is added, and then signs in and steps up', async () => {
    const person = await rig.person()
    const { client, phone, admin, user } = person
    const offered = await client.post('factors/push/options')
    const { phoneId } = phone
    assert.deepEqual(offered.body.phones, [
      { phone_id: phoneId, name: 'Pixel 9', number: '', username: user.username },
    ])
    const sent = await client.post('factors/push', { phone_id: phoneId })
    assert.match(String(sent.body.code), /^\d{4}$/)
    assert.deepEqual((await client.post('factors/push/status')).body, waiting)
    const request = await phone.nextRequest()
    assert.equal(request.type, 'Add this phone to your administrator account')
    assert.equal(request.application, 'Admin Panel')
    await phone.answerNext('approve', { code: String(sent.body.code) })
    const added = await client.post('factors/push/status')
    assert.partialDeepStrictEqual(added.body, { state: 'signed_in', factors: ['push', 'totp'] })
    assert.deepEqual((await client.post('factors/push/options')).body.phones, [])

    const { client: second, code } = await rig.asked(person)
    assert.equal((await phone.nextRequest()).type, 'Sign-in to the Admin Panel')
    assert.deepEqual((await second.post('sign-in/push/status')).body, waiting)
    assert.equal(await rig.state(second), 'second_factor')
    const before = second.cookie
    await phone.answerNext('approve', { code })
    assert.equal((await second.post('sign-in/push/status')).body.state, 'signed_in')
    assert.notEqual(second.cookie, before)
    assert.equal(await rig.state(second), 'signed_in')

    clock.advance(11 * minuteMs)
    assert.equal((await second.get('session')).body.stepped_up_until, null)
    const confirm = await second.post('step-up/push')
    assert.equal((await phone.nextRequest()).type, 'Confirm a change in the Admin Panel')
    await phone.answerNext('approve', { code: String(confirm.body.code) })
    const stepped = await second.post('step-up/push/status')
    assert.equal(typeof stepped.body.stepped_up_until, 'number')

    const log = await rig.log(person)
    assert.match(
      log[0] ?? '',
      new RegExp(`^admin_step_up factor=push phone=${phoneId} ip_address=`),
    )
    assert.match(log[1] ?? '', new RegExp(`^admin_login factor=push phone=${phoneId} `))
    assert.match(log[2] ?? '', /^admin_factor_create push DF\w+ Pixel 9$/)
    const events = await new AuthenticationLog().ofUser(
      user.userId,
      { since: 0, limit: 10 },
      service.store.db,
    )
    assert.deepEqual(
      events.map(({ factor, result }) => `${factor} ${result}`),
      ['push success', 'push success', 'push success'],
    )
    const { body: profile } = await second.get('profile')
    assert.partialDeepStrictEqual(profile, { email: admin.administrator.email })
    assert.partialDeepStrictEqual(pushFactor(profile), {
      name: 'Pixel 9',
      usable: true,
      used: clock.now(),
    })
  })

  test('belongs to an application that is created once, and not offered to administrators', async () => {
    const applications = await new Integrations(service.store).page(
      { limit: 100 },
      service.store.db,
    )
    const panels = applications.items.filter(({ type }) => type === 'panel')
    assert.deepEqual(
      panels.map(({ name }) => name),
      ['Admin Panel'],
    )
  })

  test('is the first factor of an account as well', async () => {
    const person = await rig.person()
    const { adminId } = person.admin.administrator
    await service.store.transaction(async (db) => {
      await db.deleteFrom('administrator_factors').where('admin_id', '=', adminId).execute()
      await db
        .updateTable('administrators')
        .set({ enrol_until: clock.now() + minuteMs })
        .where('admin_id', '=', adminId)
        .execute()
    })
    const client = rig.browser()
    const { email } = person.admin.administrator
    const begun = await client.post('sign-in', { email, password: person.admin.password })
    assert.equal(begun.body.state, 'enrol_factor')
    const added = await rig.add({ ...person, client })
    assert.partialDeepStrictEqual(added.body, { state: 'signed_in', factors: ['push'] })
    assert.match((await rig.log(person))[0] ?? '', /^admin_login factor=push phone=/)
  })

  test('offers only phones with the app of users with the address of the administrator', async () => {
    const { client, user } = await rig.person()
    const stranger = await rig.person()
    await service.addPhone(user.userId, '+12025550123')
    const { body } = await client.post('factors/push/options')
    assert.equal(Array.isArray(body.phones) && body.phones.length, 1)
    const other = await client.post('factors/push', { phone_id: stranger.phone.phoneId })
    assert.equal(other.status, 404)
  })

  test('offers the phone of a user whose name is the address', async () => {
    const { administrator, ...admin } = await addAdministrator(service.store)
    const user = await service.addUser({ username: administrator.email })
    const phone = await service.addPushPhone(user.userId)
    const client = rig.browser()
    await client.signIn({ administrator, ...admin })
    const { body } = await client.post('factors/push/options')
    assert.partialDeepStrictEqual(body, { phones: [{ phone_id: phone.phoneId }] })
  })

  test('needs a step-up to be added', async () => {
    const { client, phone } = await rig.person()
    clock.advance(11 * minuteMs)
    for (const path of ['factors/push/options', 'factors/push', 'factors/push/status']) {
      const answer = await client.post(path, { phone_id: phone.phoneId })
      assert.partialDeepStrictEqual(answer.body, { error: { code: 'step_up_required' } }, path)
    }
  })

  test('is not shared by two administrators', async () => {
    const person = await rig.enrolled()
    const twin = await addAdministrator(service.store)
    await service.store.transaction((db) =>
      new Users().update(person.user.userId, { email: twin.administrator.email }, db),
    )
    const client = rig.browser()
    await client.signIn(twin)
    const answer = await rig.add({ client, phone: person.phone })
    assert.equal(answer.status, 409)
  })

  test('does not sign in before an answer, without a push, or with the code alone', async () => {
    const person = await rig.enrolled()
    const client = await rig.password(person)
    assert.partialDeepStrictEqual((await client.post('sign-in/push/status')).body, noPush)
    const sent = await client.post('sign-in/push')
    const withCode = await client.post('sign-in/push/status', { code: sent.body.code })
    assert.deepEqual(withCode.body, waiting)
    assert.equal(await rig.state(client), 'second_factor')
  })

  for (const decision of ['deny', 'fraud'] as const) {
    test(`does not sign in after the answer ${decision}`, async () => {
      const person = await rig.enrolled()
      const { client } = await rig.asked(person)
      await person.phone.answerNext(decision)
      const answer = await client.post('sign-in/push/status')
      assert.equal(answer.status, 400)
      assert.partialDeepStrictEqual(answer.body, refused)
      assert.partialDeepStrictEqual((await client.post('sign-in/push/status')).body, noPush)
      assert.equal(await rig.state(client), 'second_factor')
      assert.match((await rig.log(person))[0] ?? '', /^admin_login_error reason=push /)
    })
  }

  test('ends after three wrong codes, and then takes the right one no more', async () => {
    const person = await rig.enrolled()
    const { client, code } = await rig.asked(person)
    const { txid } = await person.phone.nextRequest()
    const wrong = code === '0000' ? '1111' : '0000'
    await person.phone.answer(String(txid), 'approve')
    await person.phone.answer(String(txid), 'approve', { code: wrong })
    assert.deepEqual((await client.post('sign-in/push/status')).body, waiting)
    await person.phone.answer(String(txid), 'approve', { code: wrong })
    await person.phone.answer(String(txid), 'approve', { code })
    const answer = await client.post('sign-in/push/status')
    assert.partialDeepStrictEqual(answer.body, refused)
    assert.match(answer.text, /three times/)
    assert.equal(await rig.state(client), 'second_factor')
  })

  test('ends when nobody answers, and counts one failure however often it is polled', async () => {
    const person = await rig.enrolled()
    const { client } = await rig.asked(person)
    for (let poll = 0; poll < 30; poll++) {
      assert.deepEqual((await client.post('sign-in/push/status')).body, waiting)
    }
    clock.advance(minuteMs)
    assert.partialDeepStrictEqual((await client.post('sign-in/push/status')).body, refused)
    assert.partialDeepStrictEqual((await client.post('sign-in/push/status')).body, noPush)
    const { email } = person.admin.administrator
    const found = await new Administrators().byEmail(email, service.store.db)
    assert.equal(found?.failedSinceLogin, 1)
  })

  test('does not sign in with an approval that is read after it expired', async () => {
    const person = await rig.enrolled()
    const { client, code } = await rig.asked(person)
    await person.phone.answerNext('approve', { code })
    clock.advance(minuteMs)
    assert.partialDeepStrictEqual((await client.post('sign-in/push/status')).body, refused)
    assert.equal(await rig.state(client), 'second_factor')
  })

  test('is read once, also by two requests at once', async () => {
    const person = await rig.enrolled()
    const { client, code } = await rig.asked(person)
    const copy = rig.browser()
    copy.cookie = client.cookie
    await person.phone.answerNext('approve', { code })
    const answers = await Promise.all(
      [client, copy].map((each) => each.post('sign-in/push/status')),
    )
    const proved = answers.filter(({ body }) => body.state === 'signed_in')
    assert.equal(proved.length, 1, JSON.stringify(answers.map(({ text }) => text)))
    const again = await client.post('step-up/push/status')
    assert.notEqual(again.body.state, 'signed_in')
  })

  test('counts for the session that asked, and no other', async () => {
    const person = await rig.enrolled()
    const other = await rig.enrolled()
    const { client, code } = await rig.asked(person)
    const second = await rig.password(person)
    const stranger = await rig.password(other)
    await person.phone.answerNext('approve', { code })
    for (const each of [second, stranger, other.client]) {
      const path = each === other.client ? 'step-up' : 'sign-in'
      assert.partialDeepStrictEqual((await each.post(`${path}/push/status`)).body, noPush)
    }
    assert.equal((await client.post('sign-in/push/status')).body.state, 'signed_in')
  })

  test('does not count for another administrator if its txid gets into their session', async () => {
    const person = await rig.enrolled()
    const other = await rig.enrolled()
    const { client, code } = await rig.asked(person)
    const { client: thief } = await rig.asked(other)
    await person.phone.answerNext('approve', { code })
    await copyPush(person, other)
    assert.partialDeepStrictEqual((await thief.post('sign-in/push/status')).body, refused)
    assert.equal(await rig.state(thief), 'second_factor')
    assert.equal((await client.post('sign-in/push/status')).body.state, 'signed_in')
  })

  /** Writes the push of one administrator's session into that of another. */
  async function copyPush(from: PanelPerson, to: PanelPerson): Promise<void> {
    const { db } = service.store
    const { push_txid, push_key } = await db
      .selectFrom('administrator_sessions')
      .select(['push_txid', 'push_key'])
      .where('admin_id', '=', from.admin.administrator.adminId)
      .where('push_txid', 'is not', null)
      .executeTakeFirstOrThrow()
    await db
      .updateTable('administrator_sessions')
      .set({ push_txid, push_key })
      .where('admin_id', '=', to.admin.administrator.adminId)
      .execute()
  }

  test('counts for what the app showed, and for nothing else', async () => {
    const person = await rig.enrolled()
    const { client, phone } = person
    const sent = await client.post('step-up/push')
    await phone.answerNext('approve', { code: String(sent.body.code) })
    assert.partialDeepStrictEqual((await client.post('factors/push/status')).body, refused)
    assert.partialDeepStrictEqual((await client.post('step-up/push/status')).body, noPush)
  })

  test('does not count if it is the push of an ordinary application', async () => {
    const person = await rig.enrolled()
    const { client } = await rig.asked(person)
    const { phone, user, admin } = person
    await phone.answerNext('deny')
    const auth = service.call({
      method: 'POST',
      path: '/auth/v2/auth',
      parameters: {
        username: user.username,
        factor: 'push',
        device: phone.phoneId,
        type: 'Sign-in to the Admin Panel',
      },
    })
    const { txid } = await phone.nextRequest()
    await phone.answer(String(txid), 'approve')
    await auth
    await service.store.db
      .updateTable('administrator_sessions')
      .set({ push_txid: String(txid) })
      .where('admin_id', '=', admin.administrator.adminId)
      .execute()
    assert.partialDeepStrictEqual((await client.post('sign-in/push/status')).body, refused)
    assert.equal(await rig.state(client), 'second_factor')
  })

  test('is replaced by the next push of the session', async () => {
    const person = await rig.enrolled()
    const { client, code } = await rig.asked(person)
    const { txid } = await person.phone.nextRequest()
    await client.post('sign-in/push')
    await person.phone.answer(String(txid), 'approve', { code })
    assert.deepEqual((await client.post('sign-in/push/status')).body, waiting)
  })

  test('is cleared when another factor signs the session in', async () => {
    const person = await rig.enrolled()
    const { client, code } = await rig.asked(person)
    clock.advance(30_000)
    const passcode = person.client.passcode(person.admin)
    assert.equal((await client.post('sign-in/totp', { passcode })).body.state, 'signed_in')
    await person.phone.answerNext('approve', { code })
    assert.partialDeepStrictEqual((await client.post('step-up/push/status')).body, noPush)
  })

  test('is held back after too many that were not approved', async () => {
    const person = await rig.enrolled()
    const client = await rig.password(person)
    for (let sent = 0; sent < 5; sent++) {
      assert.equal((await client.post('sign-in/push')).status, 200)
      await person.phone.answerNext('deny')
      await client.post('sign-in/push/status')
    }
    const more = await client.post('sign-in/push')
    assert.partialDeepStrictEqual(more.body, refused)
    assert.match(more.text, /Too many login requests were not approved/)
    assert.deepEqual(await person.phone.requests(), [])
  })

  test('is limited for someone who has the password, also when it is added', async () => {
    const person = await rig.enrolled()
    const statuses: number[] = []
    for (let sent = 0; sent < 9; sent++) {
      const client = await rig.password(person)
      statuses.push((await client.post('sign-in/push')).status)
    }
    assert.notEqual(statuses.at(-1), 200)
    assert.ok((await person.phone.requests()).length < 9)
    const adding = await rig.person()
    const phone_id = adding.phone.phoneId
    const answers: number[] = []
    for (let sent = 0; sent < 12; sent++) {
      answers.push((await adding.client.post('factors/push', { phone_id })).status)
    }
    assert.equal(answers.at(-1), 429)
  })

  test('follows the policy of its application', async () => {
    const person = await rig.enrolled()
    const { items } = await new Integrations(service.store).page({ limit: 100 }, service.store.db)
    const panel = items.find(({ type }) => type === 'panel')
    assert.ok(panel)
    const { client: asked, code } = await rig.asked(person)
    await person.phone.answerNext('approve', { code })
    const policy = await block(panel.ikey, 'duo-push')
    assert.partialDeepStrictEqual((await asked.post('sign-in/push/status')).body, refused)
    const client = await rig.password(person)
    assert.partialDeepStrictEqual((await client.post('sign-in/push')).body, refused)
    assert.deepEqual(await person.phone.requests(), [])
    await service.store.transaction((db) =>
      new PolicyAttachments(service.store).unsetApplication(panel.ikey, policy, db),
    )
    assert.equal((await client.post('sign-in/push')).status, 200)
    await service.store.transaction((db) =>
      new Integrations(service.store).update(panel.ikey, { enabled: false }, db),
    )
    const closed = await rig.password(person)
    assert.partialDeepStrictEqual((await closed.post('sign-in/push')).body, refused)
    await service.store.transaction((db) =>
      new Integrations(service.store).update(panel.ikey, { enabled: true }, db),
    )
  })

  /** @returns The key of the policy that blocks the method in the application. */
  async function block(ikey: string, method: string): Promise<string> {
    return await service.store.transaction(async (db) => {
      const sections = { authentication_methods: { blocked_auth_list: [method] } }
      const policies = new Policies(service.store)
      const { policyKey } = await policies.create({ name: 'No push', sections }, clock.now(), db)
      await new PolicyAttachments(service.store).setApplication(ikey, policyKey, db)
      return policyKey
    })
  }

  test('does not keep a session alive by its polls', async () => {
    const person = await rig.enrolled()
    await person.client.post('step-up/push')
    clock.advance(45_000)
    assert.equal(await rig.state(person.client), 'signed_in')
    clock.advance(31_000)
    await person.client.post('step-up/push/status')
    clock.advance(29 * minuteMs + 45_000)
    assert.equal(await rig.state(person.client), 'none')
  })

  test('is asked for and read in a session only', async () => {
    for (const path of ['sign-in/push', 'sign-in/push/status', 'step-up/push', 'factors/push']) {
      assert.equal((await rig.browser().post(path)).status, 401, path)
    }
    const person = await rig.enrolled()
    assert.equal((await (await rig.password(person)).post('step-up/push')).status, 401)
    assert.equal((await person.client.post('sign-in/push/status')).status, 401)
  })

  test('asks the phone that was chosen', async () => {
    const person = await rig.enrolled()
    const second = await service.addPushPhone(person.user.userId, { name: 'Tablet' })
    assert.equal((await rig.add({ client: person.client, phone: second })).status, 200)
    const client = await rig.password(person)
    const { body } = await client.get('session')
    const phones = Array.isArray(body.phones) ? body.phones : []
    assert.deepEqual(
      phones.map(({ name }) => name),
      ['Pixel 9', 'Tablet'],
    )
    const sent = await client.post('sign-in/push', { factor_id: phones[1].factor_id })
    assert.equal(sent.body.phone, 'Tablet')
    assert.deepEqual(await person.phone.requests(), [])
    await second.answerNext('approve', { code: String(sent.body.code) })
    assert.equal((await client.post('sign-in/push/status')).body.state, 'signed_in')
  })
})

describe('push as a factor of administrators, on two nodes', { skip: skipPostgres }, () => {
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

  test('signs in at one node with a push that the other one sent', async () => {
    const [first, second] = nodes.nodes.map(
      ({ port, client }) => new AdminClient({ port, send: (raw) => client.send(raw) }),
    )
    assert.ok(first !== undefined && second !== undefined)
    const admin = await addAdministrator(nodes.store)
    const { email } = admin.administrator
    const phone = await nodes.addPhone(email)
    await first.signIn(admin)
    const adding = await first.post('factors/push', { phone_id: phone.phoneId })
    await phone.answerNext('approve', { code: String(adding.body.code) })
    second.cookie = first.cookie
    const added = await second.post('factors/push/status')
    assert.deepEqual(added.body.factors, ['push', 'totp'])
    assert.partialDeepStrictEqual((await first.post('factors/push/status')).body, noPush)
    await first.post('sign-out')
    await first.post('sign-in', { email, password: admin.password })
    const sent = await first.post('sign-in/push')
    second.cookie = first.cookie
    assert.deepEqual((await second.post('sign-in/push/status')).body, waiting)
    await phone.answerNext('approve', { code: String(sent.body.code) })
    assert.equal((await second.post('sign-in/push/status')).body.state, 'signed_in')
    assert.equal((await first.post('sign-in/push/status')).status, 401)
  })
})
