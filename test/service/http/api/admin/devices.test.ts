import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { HOTP, Secret as OathSecret } from 'otpauth'
import type { SmsMessage } from '../../../../../src/service/messaging/messaging.ts'
import { AdminApiClient } from '../../../../rig/admin_api.ts'
import type { TestService } from '../../../../rig/service.ts'
import { serviceMainlyOnSqlite } from '../../../../rig/service_databases.ts'
import { TestYubikey } from '../../../../rig/yubikey.ts'

serviceMainlyOnSqlite('Admin API: devices of users', (rig) => {
  let service: TestService
  let admin: AdminApiClient
  const messages: SmsMessage[] = []
  let count = 0
  const newUser = async (): Promise<string> =>
    (await admin.ok('POST', '/admin/v1/users', { username: `user${++count}` })).user_id
  const signIn = async (userId: string, passcode: string): Promise<unknown> => {
    const parameters = { user_id: userId, factor: 'passcode', passcode }
    const { body } = await service.call({ path: '/auth/v2/auth', parameters })
    return Object(body.response).result
  }

  before(async () => {
    const sms = { send: async (message: SmsMessage) => void messages.push(message) }
    service = await rig.start({ delivery: { sms, push: { send: async () => {} } } })
    admin = await AdminApiClient.create(service)
  })

  describe('phones', () => {
    const phones = '/admin/v1/phones'

    test('are created without a user, attached, changed, found, detached and deleted', async () => {
      const created = await admin.ok('POST', phones, {
        ...{ number: '202-555-0143', type: 'Mobile', platform: 'apple ios', name: 'Work' },
      })
      const path = `${phones}/${created.phone_id}`
      assert.deepEqual(created, {
        activated: false,
        capabilities: ['sms'],
        encrypted: 'Unknown',
        extension: '',
        fingerprint: 'Unknown',
        last_seen: null,
        model: '',
        name: 'Work',
        number: '+12025550143',
        phone_id: created.phone_id,
        platform: 'Apple iOS',
        postdelay: null,
        predelay: null,
        screenlock: 'Unknown',
        sms_passcodes_sent: false,
        tampered: 'Unknown',
        type: 'Mobile',
        users: [],
      })
      const userId = await newUser()
      const own = `/admin/v1/users/${userId}/phones`
      await admin.ok('POST', own, { phone_id: created.phone_id })
      await admin.ok('POST', own, { phone_id: created.phone_id })
      const [attached] = await admin.ok('GET', own)
      assert.equal(attached.phone_id, created.phone_id)
      assert.equal((await admin.ok('GET', path)).users[0].user_id, userId)
      const changed = await admin.ok('POST', path, { name: '', number: '+442079460123' })
      assert.deepEqual([changed.name, changed.number], ['', '+442079460123'])
      const [found] = await admin.ok('GET', phones, { number: '+44 20 7946 0123' })
      assert.deepEqual(found, changed)
      const other = `/admin/v1/users/${await newUser()}/phones`
      const [status, code, detail] = await admin.failure('POST', other, {
        phone_id: created.phone_id,
      })
      assert.deepEqual([status, code], [400, 40003])
      assert.match(String(detail), /^phone_id: /)
      await admin.ok('DELETE', `${own}/${created.phone_id}`)
      assert.deepEqual((await admin.ok('GET', path)).users, [])
      assert.equal(await admin.ok('DELETE', path), '')
      assert.deepEqual(await admin.failure('GET', path), [404, 40401, 'phone_id'])
    })

    test('are activated by a link, and a detached phone is no longer activated', async () => {
      const userId = await newUser()
      const { phone_id: phoneId } = await admin.ok('POST', phones, {
        ...{ number: '+12025550144', type: 'mobile', platform: 'google android' },
      })
      const path = `${phones}/${phoneId}`
      const early = await admin.failure('POST', `${path}/activation_url`)
      assert.deepEqual(early, [400, 40002, 'phone_id: attach the phone to a user first'])
      await admin.ok('POST', `/admin/v1/users/${userId}/phones`, { phone_id: phoneId })
      const link = await admin.ok('POST', `${path}/activation_url`, { install: 1 })
      assert.equal(link.valid_secs, 86_400)
      assert.match(link.activation_url, /^https:\/\/.*\/activate\/[A-Za-z0-9]{20}$/)
      assert.match(link.installation_url, /^https:\/\/.*\/app\/$/)
      await service.addPushPhone(userId, { phoneId })
      const activated = await admin.ok('GET', path)
      assert.deepEqual([activated.activated, activated.type], [true, 'Mobile'])
      assert.deepEqual(activated.capabilities, ['auto', 'push', 'sms', 'mobile_otp'])
      assert.match(activated.last_seen, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
      await admin.ok('DELETE', `/admin/v1/users/${userId}/phones/${phoneId}`)
      assert.equal((await admin.ok('GET', path)).activated, false)
    })

    test('a link for a phone ends when the phone is detached', async () => {
      const [first, second] = [await newUser(), await newUser()]
      const phoneId = await service.addPhone(first, '+12025550145')
      await service.addActivationCode(first, phoneId)
      await admin.ok('DELETE', `/admin/v1/users/${first}/phones/${phoneId}`)
      await admin.ok('POST', `/admin/v1/users/${second}/phones`, { phone_id: phoneId })
      const codes = await service.store.db
        .selectFrom('activation_codes')
        .selectAll()
        .where('phone_id', '=', phoneId)
        .execute()
      assert.deepEqual(codes, [])
    })

    test('receive messages', async () => {
      const userId = await newUser()
      const { phone_id: phoneId } = await admin.ok('POST', phones, {
        ...{ number: '+12025550146', type: 'mobile', platform: 'apple ios' },
      })
      await admin.ok('POST', `/admin/v1/users/${userId}/phones`, { phone_id: phoneId })
      const path = `${phones}/${phoneId}`
      messages.length = 0
      const activation = await admin.ok('POST', `${path}/send_sms_activation`, {
        ...{ install: 1, activation_msg: 'Open <acturl>', installation_msg: 'Get <insturl>' },
      })
      await admin.ok('POST', `${path}/send_sms_installation`)
      await admin.ok('POST', `${path}/send_sms_passcodes`)
      assert.equal(messages.length, 4)
      assert.equal(messages[1]?.text, activation.activation_msg)
      assert.match(activation.activation_msg, /^Open https:\/\/.*\/activate\//)
      assert.match(String(messages[0]?.text), /^Get https:\/\/.*\/app\/$/)
      assert.equal((await admin.ok('GET', path)).sms_passcodes_sent, true)
      const [, , detail] = await admin.failure('POST', `${path}/send_sms_activation`, {
        activation_msg: 'no link',
      })
      assert.equal(detail, 'activation_msg: expected a text with <acturl>')
    })
  })

  describe('verification pushes', () => {
    test('are approved with the code, denied, and read for two minutes', async () => {
      const userId = await newUser()
      const phone = await service.addPushPhone(userId)
      const [{ phone_id: phoneId }] = await admin.ok('GET', `/admin/v1/users/${userId}/phones`)
      const path = `/admin/v1/users/${userId}`
      const read = async (pushId: string) =>
        (await admin.ok('GET', `${path}/verification_push_response`, { push_id: pushId })).result
      const first = await admin.ok('POST', `${path}/send_verification_push`, { phone_id: phoneId })
      assert.match(first.confirmation_code, /^\d{3}$/)
      assert.equal(await read(first.push_id), 'waiting')
      await phone.answer(first.push_id, 'approve', { code: first.confirmation_code })
      assert.equal(await read(first.push_id), 'approve')
      const second = await admin.ok('POST', `${path}/send_verification_push`, { phone_id: phoneId })
      await phone.answer(second.push_id, 'deny')
      assert.equal(await read(second.push_id), 'deny')
      const other = `/admin/v1/users/${await newUser()}/verification_push_response`
      const foreign = await admin.failure('GET', other, { push_id: second.push_id })
      assert.deepEqual(foreign, [404, 40401, 'push_id'])
      const stranger = await AdminApiClient.create(service)
      const wrong = await stranger.failure('GET', `${path}/verification_push_response`, {
        push_id: second.push_id,
      })
      assert.equal(wrong[0], 404)
    })

    test('need an activated phone of the user', async () => {
      const userId = await newUser()
      const phoneId = await service.addPhone(userId, '+12025550150')
      const path = `/admin/v1/users/${userId}/send_verification_push`
      const inactive = await admin.failure('POST', path, { phone_id: phoneId })
      assert.deepEqual(inactive, [400, 40002, 'phone_id: the app on this phone is not activated'])
      const unknown = await admin.failure('POST', path, { phone_id: 'DPX' })
      assert.deepEqual(unknown, [400, 40002, 'phone_id: the user has no such phone'])
    })
  })

  describe('tokens', () => {
    const tokens = '/admin/v1/tokens'

    test('are created, found, assigned, used, resynchronised and deleted', async () => {
      const secret = '3132333435363738393031323334353637383930'
      const created = await admin.ok('POST', tokens, { type: 'h6', serial: 'A-1', secret })
      assert.deepEqual(created, {
        ...{ admins: [], serial: 'A-1', token_id: created.token_id, totp_step: null, type: 'h6' },
        users: [],
      })
      const userId = await newUser()
      const own = `/admin/v1/users/${userId}/tokens`
      await admin.ok('POST', own, { token_id: created.token_id })
      const { users: _, admins: __, ...short } = created
      assert.deepEqual(await admin.ok('GET', own), [short])
      assert.equal(await signIn(userId, '755224'), 'allow')
      const key = OathSecret.fromHex(secret)
      const [code1, code2, code3] = [500, 501, 502].map((counter) =>
        HOTP.generate({ secret: key, digits: 6, counter }),
      )
      const resync = `${tokens}/${created.token_id}/resync`
      assert.equal(await admin.ok('POST', resync, { code1, code2, code3 }), '')
      const again = await admin.failure('POST', resync, { code1, code2, code3 })
      assert.equal(again[1], 40002)
      const next = HOTP.generate({ secret: key, digits: 6, counter: 503 })
      assert.equal(await signIn(userId, next), 'allow')
      const [found] = await admin.ok('GET', tokens, { type: 'h6', serial: 'A-1' })
      assert.equal(found.users[0].user_id, userId)
      const twice = await admin.failure('POST', tokens, { type: 'h6', serial: 'A-1', secret })
      assert.deepEqual(twice.slice(0, 2), [400, 40003])
      await admin.ok('DELETE', `${own}/${created.token_id}`)
      assert.deepEqual(await admin.ok('GET', own), [])
      assert.equal(await admin.ok('DELETE', `${tokens}/${created.token_id}`), '')
      const gone = await admin.failure('GET', `${tokens}/${created.token_id}`)
      assert.deepEqual(gone, [404, 40401, 'token_id'])
    })

    test('TOTP tokens have a step, and are not resynchronised', async () => {
      const created = await admin.ok('POST', tokens, {
        ...{ type: 't8', serial: 'T-1', secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', totp_step: 60 },
      })
      assert.deepEqual([created.type, created.totp_step], ['t8', 60])
      const codes = { code1: '1', code2: '2', code3: '3' }
      const path = `${tokens}/${created.token_id}/resync`
      const [, code, detail] = await admin.failure('POST', path, codes)
      assert.equal(code, 40002)
      assert.match(String(detail), /^token_id: /)
    })

    test('a YubiKey signs in; its first passcode tells its public identity', async () => {
      const yubikey = new TestYubikey()
      const { privateId, aesKey } = yubikey.listed
      const { token_id: tokenId } = await admin.ok('POST', tokens, {
        ...{ type: 'yk', serial: '1234567' },
        ...{ private_id: privateId.reveal(), aes_key: aesKey.reveal() },
      })
      const userId = await newUser()
      await admin.ok('POST', `/admin/v1/users/${userId}/tokens`, { token_id: tokenId })
      const first = yubikey.otp(1, 0)
      assert.equal(await signIn(userId, first), 'allow')
      assert.equal(await signIn(userId, first), 'deny')
      assert.equal(await signIn(userId, yubikey.otp(1, 1)), 'allow')
    })

    test('secrets that are missing or wrong', async () => {
      const missing = await admin.failure('POST', tokens, { type: 'h6', serial: 'M' })
      assert.deepEqual(missing, [400, 40001, 'secret'])
      const wrong = await admin.failure('POST', tokens, { type: 'h6', serial: 'M', secret: '!' })
      assert.deepEqual(wrong.slice(0, 2), [400, 40002])
      const yubikey = await admin.failure('POST', tokens, { type: 'yk', serial: 'M' })
      assert.deepEqual(yubikey, [400, 40001, 'private_id'])
    })
  })

  describe('bypass codes', () => {
    test('are created, listed without the codes, used and deleted', async () => {
      const userId = await newUser()
      const own = `/admin/v1/users/${userId}/bypass_codes`
      const made = await admin.ok('POST', own, { count: 2, valid_secs: 3600 })
      assert.equal(made.length, 2)
      assert.ok(made.every((code: string) => /^\d{9}$/.test(code)))
      const listed = await admin.envelope('GET', own)
      assert.equal(listed.metadata.total_objects, 2)
      assert.ok(!JSON.stringify(listed).includes(made[0]))
      const [first, second] = listed.response
      assert.deepEqual([first.reuse_count, first.user.user_id], [1, userId])
      assert.equal(first.expiration - first.created, 3600)
      assert.equal(first.admin_email, `api:${admin.integration.name}`)
      assert.equal(await signIn(userId, made[0]), 'allow')
      assert.equal(await signIn(userId, made[0]), 'deny')
      const own2 = (await admin.ok('GET', own)).map(
        (code: { bypass_code_id: string }) => code.bypass_code_id,
      )
      assert.equal(own2.length, 1)
      const path = `/admin/v1/bypass_codes/${own2[0]}`
      await admin.ok('GET', path)
      await admin.ok('DELETE', path)
      assert.deepEqual(await admin.failure('GET', path), [404, 40401, 'bypass_code_id'])
      assert.ok(second.bypass_code_id)
    })

    test('may be given, kept beside others, and reused', async () => {
      const userId = await newUser()
      const own = `/admin/v1/users/${userId}/bypass_codes`
      const codes = '123456789,987654321'
      assert.deepEqual(await admin.ok('POST', own, { codes, reuse_count: 0 }), [
        ...['123456789', '987654321'],
      ])
      assert.equal(await signIn(userId, '123456789'), 'allow')
      assert.equal(await signIn(userId, '123456789'), 'allow')
      await admin.ok('POST', own, { count: 1, preserve_existing: 'true' })
      const kept = await admin.envelope('GET', own)
      assert.equal(kept.metadata.total_objects, 3)
      await admin.ok('POST', own)
      assert.equal((await admin.envelope('GET', own)).metadata.total_objects, 10)
      for (const [parameters, detail] of [
        [{ count: 11 }, 'count: expected 1 to 10'],
        [{ count: 1, codes }, 'codes: expected either count or codes'],
        [{ codes: '12345' }, 'codes: expected nine digits for each code'],
      ] as const) {
        assert.deepEqual(await admin.failure('POST', own, parameters), [400, 40002, detail])
      }
    })

    test('are listed for all users', async () => {
      const { response, metadata } = await admin.envelope('GET', '/admin/v1/bypass_codes', {
        limit: 5,
      })
      assert.equal(response.length, 5)
      assert.equal(metadata.next_offset, 5)
    })
  })

  test('groups and legacy devices of a user', async () => {
    const userId = await newUser()
    const { group_id: groupId } = await admin.ok('POST', '/admin/v1/groups', { name: 'team' })
    const own = `/admin/v1/users/${userId}/groups`
    assert.equal(await admin.ok('POST', own, { group_id: groupId }), '')
    const [group] = await admin.ok('GET', own)
    assert.deepEqual([group.name, group.status], ['team', 'Active'])
    assert.deepEqual((await admin.ok('GET', `/admin/v1/users/${userId}`)).groups, [group])
    await admin.ok('DELETE', `${own}/${groupId}`)
    assert.deepEqual(await admin.ok('GET', own), [])
    const wrong = await admin.failure('POST', own, { group_id: 'DGX' })
    assert.deepEqual(wrong, [400, 40002, 'group_id: there is no such group'])
    for (const kind of [
      'u2ftokens',
      'desktoptokens',
      'desktopauthenticators',
      'webauthncredentials',
    ]) {
      assert.deepEqual(await admin.ok('GET', `/admin/v1/users/${userId}/${kind}`), [])
    }
    assert.deepEqual(await admin.ok('GET', '/admin/v1/webauthncredentials'), [])
  })
})
