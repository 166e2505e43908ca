import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { before, test } from 'node:test'
import { Phones } from '../../../../../src/service/authenticators/phone/phones.ts'
import { PushDevices } from '../../../../../src/service/authenticators/push/push_devices.ts'
import { Users } from '../../../../../src/service/people/users.ts'
import { ManualClock } from '../../../../rig/manual_clock.ts'
import { type PanelPerson, PanelRig, pushFactor } from '../../../../rig/panel_person.ts'
import type { TestService } from '../../../../rig/service.ts'
import { serviceMainlyOnSqlite } from '../../../../rig/service_databases.ts'

const refused = { error: { code: 'push' } }
const noPush = { error: { code: 'conflict' } }

serviceMainlyOnSqlite('push of an administrator whose phone has changed', ({ start }) => {
  const clock = new ManualClock()
  let service: TestService
  let rig: PanelRig
  before(async () => {
    service = await start({ clock, config: { refusedPerMinute: 10_000 } })
    rig = new PanelRig(service, clock)
  })

  test('can’t be used once the app was activated again, until it is added anew', async () => {
    const person = await rig.enrolled()
    const { phoneId } = person.phone
    const taken = await service.addPushPhone(person.user.userId, { phoneId })
    assert.equal(taken.phoneId, phoneId)
    const client = await rig.password(person)
    assert.deepEqual((await client.get('session')).body.factors, ['totp'])
    assert.equal((await client.post('sign-in/push')).status, 404)
    const { body: profile } = await person.client.get('profile')
    assert.equal(pushFactor(profile).usable, false)
    const again = await rig.add({ client: person.client, phone: taken })
    assert.deepEqual(again.body.factors, ['push', 'totp'])
    const log = (await rig.log(person)).join('\n')
    assert.match(log, /admin_factor_create push .*\nadmin_factor_delete DF/)
    const { body: after } = await person.client.get('profile')
    assert.equal(Array.isArray(after.factors) && after.factors.length, 2)
  })

  test('does not sign in if the app is activated again between the push and its answer', async () => {
    const person = await rig.enrolled()
    const { client, code } = await rig.asked(person)
    const { phoneId } = person.phone
    const taken = await service.addPushPhone(person.user.userId, { phoneId })
    await taken.answerNext('approve', { code })
    assert.partialDeepStrictEqual((await client.post('sign-in/push/status')).body, refused)
    assert.equal(await rig.state(client), 'second_factor')
  })

  test('does not sign in if the app is activated again after the answer', async () => {
    const person = await rig.enrolled()
    const { client, code } = await rig.asked(person)
    const { phoneId } = person.phone
    await person.phone.answerNext('approve', { code })
    await service.addPushPhone(person.user.userId, { phoneId })
    assert.partialDeepStrictEqual((await client.post('sign-in/push/status')).body, refused)
  })

  test('is not added if the app is activated again between the push and its answer', async () => {
    const { client, phone, user } = await rig.person()
    const sent = await client.post('factors/push', { phone_id: phone.phoneId })
    const taken = await service.addPushPhone(user.userId, { phoneId: phone.phoneId })
    await taken.answerNext('approve', { code: String(sent.body.code) })
    assert.partialDeepStrictEqual((await client.post('factors/push/status')).body, refused)
    assert.deepEqual((await client.get('session')).body.factors, ['totp'])
  })

  const losses: readonly (readonly [string, (person: PanelPerson) => Promise<unknown>])[] = [
    [
      'the phone is removed',
      ({ phone }) => service.store.transaction((db) => new Phones().remove(phone.phoneId, db)),
    ],
    [
      'the app is removed',
      ({ phone }) =>
        service.store.transaction((db) => new PushDevices(service.store).remove(phone.phoneId, db)),
    ],
    [
      'the phone gets another user',
      async ({ phone }) => {
        const { userId } = await service.addUser({ username: randomBytes(5).toString('hex') })
        await service.store.db
          .updateTable('phones')
          .set({ user_id: userId })
          .where('phone_id', '=', phone.phoneId)
          .execute()
      },
    ],
    [
      'the user gets another e-mail address',
      ({ user }) =>
        service.store.transaction((db) =>
          new Users().update(user.userId, { email: 'someone@example.org' }, db),
        ),
    ],
    [
      'the user is disabled',
      ({ user }) =>
        service.store.transaction((db) =>
          new Users().update(user.userId, { status: 'disabled' }, db),
        ),
    ],
    [
      'the user is removed',
      ({ user }) => service.store.transaction((db) => new Users().remove(user.userId, db)),
    ],
  ]
  for (const [title, lose] of losses) {
    test(`can’t be used once ${title}`, async () => {
      const person = await rig.enrolled()
      await lose(person)
      const client = await rig.password(person)
      assert.deepEqual((await client.get('session')).body.factors, ['totp'])
      assert.equal((await client.post('sign-in/push')).status, 404)
    })

    test(`does not sign in if ${title} after the answer`, async () => {
      const person = await rig.enrolled()
      const { client, code } = await rig.asked(person)
      await person.phone.answerNext('approve', { code })
      await lose(person)
      assert.partialDeepStrictEqual((await client.post('sign-in/push/status')).body, refused)
      assert.equal(await rig.state(client), 'second_factor')
    })
  }

  test('does not sign in if the factor is removed after the answer', async () => {
    const person = await rig.enrolled()
    const { client, code } = await rig.asked(person)
    await person.phone.answerNext('approve', { code })
    const { body: profile } = await person.client.get('profile')
    const { factor_id } = pushFactor(profile)
    const removed = await person.client.call('DELETE', `profile/factors/${factor_id}`)
    assert.equal(removed.status, 200, removed.text)
    assert.partialDeepStrictEqual((await client.post('sign-in/push/status')).body, refused)
  })

  test('is not left as the only factor while it can’t be used', async () => {
    const person = await rig.enrolled()
    await service.addPushPhone(person.user.userId, { phoneId: person.phone.phoneId })
    const { body: profile } = await person.client.get('profile')
    const push = pushFactor(profile)
    const factors = Array.isArray(profile.factors) ? profile.factors : []
    const totp = factors.find(({ kind }) => kind === 'totp')
    const last = await person.client.call('DELETE', `profile/factors/${totp.factor_id}`)
    assert.partialDeepStrictEqual(last.body, { error: { code: 'last_factor' } })
    const stale = await person.client.call('DELETE', `profile/factors/${push.factor_id}`)
    assert.equal(stale.status, 200)
  })

  test('refuses users with bypass status', async () => {
    const person = await rig.enrolled()
    await service.store.transaction((db) =>
      new Users().update(person.user.userId, { status: 'bypass' }, db),
    )
    const client = await rig.password(person)
    const sent = await client.post('sign-in/push')
    assert.partialDeepStrictEqual(sent.body, refused)
    assert.partialDeepStrictEqual((await client.post('sign-in/push/status')).body, noPush)
  })
})
