import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Secret as OathSecret, TOTP } from 'otpauth'
import { isRecord } from '../../../../../src/duo/index.ts'
import { AdministratorLog } from '../../../../../src/service/audit/administrator_log.ts'
import { OathTokens } from '../../../../../src/service/authenticators/oath/oath_tokens.ts'
import { Phones } from '../../../../../src/service/authenticators/phone/phones.ts'
import { PushDevices } from '../../../../../src/service/authenticators/push/push_devices.ts'
import { Groups } from '../../../../../src/service/people/groups.ts'
import { EventStream } from '../../../../rig/event_stream.ts'
import { ManualClock } from '../../../../rig/manual_clock.ts'
import { activationLink, type PushPhone } from '../../../../rig/push_phone.ts'
import { type Answer, parseResponse, TestService } from '../../../../rig/service.ts'
import { onBothDatabases } from '../../../../rig/store.ts'

const minuteMs = 60_000

onBothDatabases('the push app', (rig) => {
  const clock = new ManualClock()
  let service: TestService
  let phone: PushPhone
  let userId: string
  before(async () => {
    const { folder, databaseUrl } = rig()
    const fatigue = { limit: 0, windowMs: 0 }
    service = await TestService.start({
      clock,
      folder,
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
      config: {
        refusedPerMinute: 10_000,
        push: { fatigue, fraudLocks: false, fraudMailed: true, fraudEmails: [] },
        places: {
          networks: [{ network: '192.0.2.0/24', name: 'Berlin office' }],
          geoipDatabase: undefined,
        },
      },
    })
    userId = (await service.addUser({ username: 'alice' })).userId
    phone = await service.addPushPhone(userId, { name: "Alice's phone" })
  })
  after(() => service.close())

  const push = async (username = 'alice', more: Readonly<Record<string, string>> = {}) => {
    const parameters = { username, factor: 'push', device: 'auto', async: '1', ...more }
    return String(parseResponse(await service.call({ path: '/auth/v2/auth', parameters })).txid)
  }
  const status = async (txid: string) => {
    const path = '/auth/v2/auth_status'
    return parseResponse(await service.call({ method: 'GET', path, parameters: { txid } }))
  }
  const activate = (body: string) =>
    service.send({ method: 'POST', path: '/app/api/activate', body })

  describe('activation', () => {
    test('enables push and passcodes of the phone', async () => {
      const answer = await service.call({
        path: '/auth/v2/preauth',
        parameters: { username: 'alice' },
      })
      const [device] = filterRecords(parseResponse(answer).devices)
      assert.deepEqual(device?.capabilities, ['auto', 'push', 'mobile_otp'])
      assert.equal(device?.name, "Alice's phone")
      const passcode = new TOTP({ secret: OathSecret.fromBase32(phone.oathSecret) }).generate({
        timestamp: clock.now(),
      })
      const parameters = { username: 'alice', factor: 'passcode', passcode }
      const signedIn = await service.call({ path: '/auth/v2/auth', parameters })
      assert.equal(parseResponse(signedIn).result, 'allow')
    })

    test('accepts a link once', async () => {
      const code = await service.addActivationCode(userId)
      const first = await activate((await activationLink(code)).body)
      const second = await activate((await activationLink(code)).body)
      assert.equal(first.status, 200)
      assert.deepEqual(refusal(second), [410, 'code_used'])
    })

    test('accepts a link once among fifty simultaneous requests', async () => {
      const code = await service.addActivationCode(userId)
      const bodies = await Promise.all(Array.from({ length: 50 }, () => activationLink(code)))
      const answers = await Promise.all(bodies.map(({ body }) => activate(body)))
      const activated = answers.filter(({ status }) => status === 200)
      assert.equal(activated.length, 1)
      assert.ok(
        answers.every((answer) => answer.status === 200 || answer.body.code === 'code_used'),
      )
    })

    test('rejects an expired link', async () => {
      const code = await service.addActivationCode(userId)
      clock.advance(24 * 60 * minuteMs)
      assert.deepEqual(refusal(await activate((await activationLink(code)).body)), [
        410,
        'code_expired',
      ])
    })

    test('requires a proof of possession over the key and the code', async () => {
      const code = await service.addActivationCode(userId)
      const other = await activationLink('A'.repeat(20))
      const stolen = { ...JSON.parse(other.body), code }
      assert.deepEqual(refusal(await activate(JSON.stringify(stolen))), [403, 'wrong_proof'])
      const right = JSON.parse((await activationLink(code)).body)
      for (const wrong of [
        { ...right, publicKey: JSON.parse(other.body).publicKey },
        { ...right, publicKey: 'AAAA' },
        { ...right, proof: '' },
      ]) {
        assert.deepEqual(refusal(await activate(JSON.stringify(wrong))), [403, 'wrong_proof'])
      }
      assert.deepEqual(refusal(await activate(other.body)), [404, 'unknown_code'])
      assert.equal((await activate(JSON.stringify(right))).status, 200)
    })

    test('rejects bodies that are not activations', async () => {
      for (const body of ['', '{', '[]', '{"code":1}', '{"code":"a","more":true}']) {
        assert.deepEqual(refusal(await activate(body)), [400, 'invalid'])
      }
    })

    test('changes enroll_status from waiting to success', async () => {
      const enrolled = parseResponse(
        await service.call({ path: '/auth/v2/enroll', parameters: { username: 'erin' } }),
      )
      const code = String(enrolled.activation_code)
      const parameters = { user_id: String(enrolled.user_id), activation_code: code }
      const ask = () => service.call({ path: '/auth/v2/enroll_status', parameters })
      assert.equal((await ask()).body.response, 'waiting')
      const shortCode = code.replace('duo://', '').split('-')[0] ?? ''
      assert.equal((await activate((await activationLink(shortCode)).body)).status, 200)
      assert.equal((await ask()).body.response, 'success')
    })

    test('names company, account and phone before a code is used, and does not use it', async () => {
      const { userId: gina } = await service.addUser({ username: 'gina' })
      const { phoneId } = await service.addPushPhone(gina, { name: 'Old name' })
      const code = await service.addActivationCode(gina, phoneId)
      const preview = async () => {
        const body = JSON.stringify({ code })
        return await service.send({ method: 'POST', path: '/app/api/activation', body })
      }
      assert.deepEqual((await preview()).body, {
        account: 'Countersign',
        username: 'gina',
        name: 'Old name',
      })
      assert.equal((await activate((await activationLink(code)).body)).status, 200)
      assert.deepEqual(refusal(await preview()), [410, 'code_used'])
    })

    test('refuses the link of a user in a disabled group, until the group is active', async () => {
      const { userId: gretaId } = await service.addUser({ username: 'greta' })
      const code = await service.addActivationCode(gretaId)
      const groups = new Groups()
      const { groupId } = await service.store.transaction((db) =>
        groups.create('Leavers', 'disabled', '', db),
      )
      await service.store.transaction((db) => groups.addMember(groupId, gretaId, db))
      const { status: refused } = await activate((await activationLink(code)).body)
      assert.equal(refused, 410)
      await service.store.transaction((db) => groups.update(groupId, { status: 'active' }, db))
      assert.equal((await activate((await activationLink(code)).body)).status, 200)
    })

    test('replaces the key and the passcode token of a phone that is activated again', async () => {
      const { userId: frank } = await service.addUser({ username: 'frank' })
      const old = await service.addPushPhone(frank)
      const { phoneId } = old
      const renewed = await service.addPushPhone(frank, { phoneId, name: 'another name' })
      assert.equal(renewed.phoneId, phoneId)
      assert.deepEqual(refusal(await old.call('GET', '/app/api/requests')), [401, 'bad_signature'])
      assert.equal((await renewed.call('GET', '/app/api/requests')).status, 200)
      assert.equal((await new OathTokens(service.store).ofUser(frank, service.store.db)).length, 1)
      const [remaining, ...more] = await new Phones().ofUser(frank, service.store.db)
      assert.deepEqual([remaining?.name, more.length], ['another name', 0])
      const [entry] = await new AdministratorLog().list(1, service.store.db)
      assert.deepEqual([entry?.action, entry?.object], ['phone_activate', 'frank'])
      assert.equal(entry?.description, `${phoneId} another name`)
    })

    test('redirects a link to the app, with the code in the fragment', async () => {
      const code = await service.addActivationCode(userId)
      const { status: found, headers } = await service.send({
        method: 'GET',
        path: `/activate/${code}`,
      })
      assert.deepEqual([found, headers.location], [302, `/app/#/activate/${code}`])
      const other = await service.send({ method: 'GET', path: '/activate/%2F%2Fevil.example' })
      assert.equal(other.headers.location, '/app/')
    })

    test('renders QR codes of activation codes only', async () => {
      const { activation_barcode: barcode } = parseResponse(
        await service.call({ path: '/auth/v2/enroll', parameters: {} }),
      )
      const url = new URL(String(barcode))
      const picture = await service.send({ method: 'GET', path: url.pathname + url.search })
      assert.equal(picture.status, 200)
      assert.equal(picture.headers['content-type'], 'image/png')
      assert.equal(picture.headers['cache-control'], 'no-store')
      for (const value of ['', 'hello', 'https://evil.example/activate/AAAAAAAAAAAAAAAAAAAA']) {
        const path = `/frame/qr?value=${encodeURIComponent(value)}`
        assert.deepEqual(refusal(await service.send({ method: 'GET', path })), [400, 'invalid'])
      }
    })
  })

  describe('a push', () => {
    test('is listed with the details of the sign-in', async () => {
      const txid = await push('alice', {
        ipaddr: '192.0.2.7',
        hostname: 'desk',
        type: 'Transfer',
        display_username: 'Alice A.',
        pushinfo: 'amount=12%20EUR&to=Bob',
      })
      const [request] = await phone.requests()
      const { opened: _o, expires: _e, ...details } = request ?? {}
      assert.deepEqual(details, {
        txid,
        application: 'test authapi',
        username: 'Alice A.',
        ipaddr: '192.0.2.7',
        place: 'Berlin office',
        hostname: 'desk',
        type: 'Transfer',
        info: [
          ['amount', '12 EUR'],
          ['to', 'Bob'],
        ],
        repeatOf: null,
        verification: null,
      })
      await phone.answer(txid, 'approve')
      assert.deepEqual(await phone.requests(), [])
    })

    for (const [decision, result, ended] of [
      ['approve', 'allow', 'allow'],
      ['deny', 'deny', 'deny'],
      ['fraud', 'deny', 'fraud'],
    ] as const) {
      test(`ends with ${ended} on '${decision}', once`, async () => {
        const txid = await push()
        assert.equal((await phone.answer(txid, decision)).status, 200)
        const outcome = await status(txid)
        assert.deepEqual([outcome.result, outcome.status], [result, ended])
        for (const again of ['approve', 'deny', 'fraud'] as const) {
          assert.deepEqual(refusal(await phone.answer(txid, again)), [410, 'gone'])
        }
      })
    }

    test('accepts one of fifty simultaneous answers', async () => {
      const txid = await push()
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          phone.answer(txid, index % 2 === 0 ? 'approve' : 'deny'),
        ),
      )
      assert.equal(answers.filter(({ status: code }) => code === 200).length, 1)
      assert.equal(answers.filter(({ body }) => body.code === 'gone').length, 49)
    })

    test('rejects the answer of another user’s phone', async () => {
      const { userId: mallory } = await service.addUser({ username: 'mallory' })
      const attacker = await service.addPushPhone(mallory)
      const txid = await push()
      assert.deepEqual(refusal(await attacker.answer(txid, 'approve')), [410, 'gone'])
      // also under the id of the phone that was prompted
      assert.deepEqual(refusal(await phone.answer(txid, 'approve', { signer: attacker })), [
        401,
        'bad_signature',
      ])
      assert.equal((await status(txid)).result, 'waiting')
      await phone.answer(txid, 'deny')
    })

    test('rejects an altered answer', async () => {
      const [txid, other] = [await push(), await push()]
      const refused = await Promise.all([
        phone.answer(txid, 'deny', { sentDecision: 'approve' }),
        phone.answer(other, 'approve', { sentTxid: txid }),
      ])
      for (const answer of refused) assert.deepEqual(refusal(answer), [401, 'bad_signature'])
      assert.equal((await status(txid)).result, 'waiting')
      await phone.answer(txid, 'deny')
      await phone.answer(other, 'deny')
    })

    test('rejects an answer signed six minutes ago', async () => {
      const txid = await push()
      const time = clock.now() - 6 * minuteMs
      assert.deepEqual(refusal(await phone.answer(txid, 'approve', { time })), [401, 'clock_skew'])
      await phone.answer(txid, 'deny')
    })

    test('rejects an answer after the timeout', async () => {
      const txid = await push()
      clock.advance(minuteMs)
      assert.deepEqual(refusal(await phone.answer(txid, 'approve')), [410, 'expired'])
      assert.equal((await status(txid)).status, 'timeout')
    })
  })

  describe('the stream', () => {
    test('sends the pending sign-ins after each change', async () => {
      const stream = new EventStream(service, await phone.signedHeaders('GET', '/app/api/stream'))
      assert.deepEqual(await stream.next(), ['requests', { requests: [] }])
      const txid = await push()
      const opened = (await stream.next())?.[1]
      assert.equal(filterRecords(opened?.requests)[0]?.txid, txid)
      await phone.answer(txid, 'deny')
      assert.deepEqual(await stream.next(), ['requests', { requests: [] }])
      stream.close()
    })
  })

  describe('a signed request of a phone', () => {
    test('is refused with another signature, path, time or body', async () => {
      const path = '/app/api/requests'
      const headers = await phone.signedHeaders('GET', path)
      const later = String(clock.now() + 1)
      const attacks = [
        { path: '/app/api/history', headers },
        { path: `${path}?a=1`, headers },
        { path, headers: { ...headers, 'x-countersign-time': later } },
        { path, headers: { ...headers, 'x-countersign-signature': 'AAAA' } },
        { path, headers: {} },
      ]
      for (const attack of attacks) {
        const { status: code } = await service.send({ method: 'GET', ...attack })
        assert.equal(code, 401)
      }
      const posted = await phone.signedHeaders('POST', '/app/api/subscription', '{}')
      const body = '{"subscription":null}'
      const answer = await service.send({
        method: 'POST',
        path: '/app/api/subscription',
        body,
        headers: posted,
      })
      assert.deepEqual(refusal(answer), [401, 'bad_signature'])
    })

    test('with a wrong clock gets the service’s time', async () => {
      const early = await service.addPushPhone(userId, { now: () => clock.now() - 6 * minuteMs })
      const answer = await early.call('GET', '/app/api/requests')
      assert.deepEqual(refusal(answer), [401, 'clock_skew'])
      assert.equal(answer.body.time, clock.now())
    })

    test('is refused after the phone was removed', async () => {
      const { userId: gone } = await service.addUser({ username: 'gone' })
      const removed = await service.addPushPhone(gone)
      const txid = await push('gone')
      await service.store.transaction((db) => new Phones().remove(removed.phoneId, db))
      for (const answer of [
        await removed.answer(txid, 'approve'),
        await removed.call('GET', '/app/api/requests'),
      ]) {
        assert.deepEqual(refusal(answer), [401, 'unknown_device'])
      }
      assert.equal((await status(txid)).result, 'waiting')
    })

    test('describes the phone and its user', async () => {
      const { body } = await phone.call('GET', '/app/api/device')
      assert.deepEqual(
        [body.device, body.name, body.username, body.notified],
        [phone.phoneId, "Alice's phone", 'alice', false],
      )
      assert.equal(String(body.vapidPublicKey).length, 87)
    })

    test('lists the history of its user', async () => {
      await phone.answer(await push('alice', { ipaddr: '192.0.2.9' }), 'fraud')
      const { body } = await phone.call('GET', '/app/api/history')
      const [newest] = filterRecords(body.events)
      assert.deepEqual(
        [newest?.application, newest?.factor, newest?.result, newest?.ipaddr],
        ['test authapi', 'push', 'fraud', '192.0.2.9'],
      )
    })

    test('sets and clears the Web Push subscription', async () => {
      const keys = { p256dh: 'BA', auth: 'AA' }
      const subscribe = (subscription: object | null) =>
        phone.call('POST', '/app/api/subscription', JSON.stringify({ subscription }))
      const endpoint = 'https://push.example/1'
      assert.equal((await subscribe({ endpoint, keys })).body.notified, true)
      const plain = { endpoint: 'http://push.example/1', keys }
      assert.deepEqual(refusal(await subscribe(plain)), [400, 'invalid'])
      assert.equal((await subscribe(null)).body.notified, false)
    })

    test('removes the phone and its passcode token', async () => {
      const { userId: dora } = await service.addUser({ username: 'dora' })
      const [number, phones] = ['+15550104788', new Phones()]
      const { phoneId } = await service.store.transaction((db) =>
        phones.add(dora, { number }, clock.now(), db),
      )
      const withNumber = await service.addPushPhone(dora, { phoneId })
      const withoutNumber = await service.addPushPhone(dora)
      for (const one of [withNumber, withoutNumber]) {
        assert.equal((await one.call('DELETE', '/app/api/device')).status, 200)
        assert.equal((await one.call('GET', '/app/api/device')).status, 401)
      }
      assert.deepEqual(await new OathTokens(service.store).ofUser(dora, service.store.db), [])
      const left = await phones.ofUser(dora, service.store.db)
      assert.deepEqual(
        left.map(({ phoneId: id }) => id),
        [phoneId],
      )
      assert.equal(
        await new PushDevices(service.store).byPhone(phoneId, service.store.db),
        undefined,
      )
    })
  })
})

function refusal({ status, body }: Answer): [number, unknown] {
  return [status, body.code]
}

function filterRecords(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}
