import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Secret as OathSecret, TOTP } from 'otpauth'
import { isRecord } from '../../../../../src/duo/index.ts'
import { AdministratorLog } from '../../../../../src/service/audit/administrator_log.ts'
import { Tokens } from '../../../../../src/service/authenticators/oath/oath_tokens.ts'
import { Phones } from '../../../../../src/service/authenticators/phone/phones.ts'
import { PushDevices } from '../../../../../src/service/authenticators/push/push_devices.ts'
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
        push: { fatigue, fraudLocks: false, fraudEmails: [] },
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
    test('an activated phone pushes, and its passcodes are right', async () => {
      const answer = await service.call({
        path: '/auth/v2/preauth',
        parameters: { username: 'alice' },
      })
      const [device] = listed(parseResponse(answer).devices)
      assert.deepEqual(device?.capabilities, ['auto', 'push', 'mobile_otp'])
      assert.equal(device?.name, "Alice's phone")
      const passcode = new TOTP({ secret: OathSecret.fromBase32(phone.oathSecret) }).generate({
        timestamp: clock.now(),
      })
      const parameters = { username: 'alice', factor: 'passcode', passcode }
      const signedIn = await service.call({ path: '/auth/v2/auth', parameters })
      assert.equal(parseResponse(signedIn).result, 'allow')
    })

    test('a link works once', async () => {
      const code = await service.addActivationCode(userId)
      const first = await activate((await activationLink(code)).body)
      const second = await activate((await activationLink(code)).body)
      assert.equal(first.status, 200)
      assert.deepEqual(refusal(second), [410, 'code_used'])
    })

    test('a link works once, of fifty who open it at once', async () => {
      const code = await service.addActivationCode(userId)
      const bodies = await Promise.all(Array.from({ length: 50 }, () => activationLink(code)))
      const answers = await Promise.all(bodies.map(({ body }) => activate(body)))
      const activated = answers.filter(({ status }) => status === 200)
      assert.equal(activated.length, 1)
      assert.ok(
        answers.every((answer) => answer.status === 200 || answer.body.code === 'code_used'),
      )
    })

    test('a link ends', async () => {
      const code = await service.addActivationCode(userId)
      clock.advance(24 * 60 * minuteMs)
      assert.deepEqual(refusal(await activate((await activationLink(code)).body)), [
        410,
        'code_expired',
      ])
    })

    test('a key is registered by whoever has it, for the code that he has', async () => {
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

    test('what is no activation is refused', async () => {
      for (const body of ['', '{', '[]', '{"code":1}', '{"code":"a","more":true}']) {
        assert.deepEqual(refusal(await activate(body)), [400, 'invalid'])
      }
    })

    test('a code of the API turns to success by it', async () => {
      const enrolled = parseResponse(
        await service.call({ path: '/auth/v2/enroll', parameters: { username: 'erin' } }),
      )
      const code = String(enrolled.activation_code)
      const parameters = { user_id: String(enrolled.user_id), activation_code: code }
      const ask = () => service.call({ path: '/auth/v2/enroll_status', parameters })
      assert.equal((await ask()).body.response, 'waiting')
      const bare = code.replace('duo://', '').split('-')[0] ?? ''
      assert.equal((await activate((await activationLink(bare)).body)).status, 200)
      assert.equal((await ask()).body.response, 'success')
    })

    test('a phone that is activated anew has one key and one generator', async () => {
      const { userId: frank } = await service.addUser({ username: 'frank' })
      const old = await service.addPushPhone(frank)
      const { phoneId } = old
      const renewed = await service.addPushPhone(frank, { phoneId, name: 'another name' })
      assert.equal(renewed.phoneId, phoneId)
      assert.deepEqual(refusal(await old.call('GET', '/app/api/requests')), [401, 'bad_signature'])
      assert.equal((await renewed.call('GET', '/app/api/requests')).status, 200)
      assert.equal((await new Tokens(service.store).ofUser(frank, service.store.db)).length, 1)
      const [kept, ...more] = await new Phones().ofUser(frank, service.store.db)
      assert.deepEqual([kept?.name, more.length], ['test phone', 0])
      const [entry] = await new AdministratorLog().list(1, service.store.db)
      assert.deepEqual([entry?.action, entry?.object], ['phone_activate', 'frank'])
    })

    test('a link leads into the app, with the code where no log sees it', async () => {
      const code = await service.addActivationCode(userId)
      const { status: found, headers } = await service.send({
        method: 'GET',
        path: `/activate/${code}`,
      })
      assert.deepEqual([found, headers.location], [302, `/app/#/activate/${code}`])
      const other = await service.send({ method: 'GET', path: '/activate/%2F%2Fevil.example' })
      assert.equal(other.headers.location, '/app/')
    })

    test('a picture is of activation codes alone', async () => {
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

  describe('a sign-in', () => {
    test('is shown with what is known of it', async () => {
      const txid = await push('alice', {
        ipaddr: '192.0.2.7',
        hostname: 'desk',
        type: 'Transfer',
        display_username: 'Alice A.',
        pushinfo: 'amount=12%20EUR&to=Bob',
      })
      const [request] = await phone.requests()
      const { opened: _o, expires: _e, ...shown } = request ?? {}
      assert.deepEqual(shown, {
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
      test(`comes to ${ended} by '${decision}', once`, async () => {
        const txid = await push()
        assert.equal((await phone.answer(txid, decision)).status, 200)
        const outcome = await status(txid)
        assert.deepEqual([outcome.result, outcome.status], [result, ended])
        for (const again of ['approve', 'deny', 'fraud'] as const) {
          assert.deepEqual(refusal(await phone.answer(txid, again)), [410, 'gone'])
        }
      })
    }

    test('is answered by one of fifty answers', async () => {
      const txid = await push()
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          phone.answer(txid, index % 2 === 0 ? 'approve' : 'deny'),
        ),
      )
      assert.equal(answers.filter(({ status: code }) => code === 200).length, 1)
      assert.equal(answers.filter(({ body }) => body.code === 'gone').length, 49)
    })

    test('of somebody else can not be answered', async () => {
      const { userId: mallory } = await service.addUser({ username: 'mallory' })
      const hers = await service.addPushPhone(mallory)
      const txid = await push()
      assert.deepEqual(refusal(await hers.answer(txid, 'approve')), [410, 'gone'])
      // nor with the answer in the name of the phone that is asked
      assert.deepEqual(refusal(await phone.answer(txid, 'approve', { signer: hers })), [
        401,
        'bad_signature',
      ])
      assert.equal((await status(txid)).result, 'waiting')
      await phone.answer(txid, 'deny')
    })

    test('is not answered by an answer that was altered', async () => {
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

    test('is not answered by an answer of another time', async () => {
      const txid = await push()
      const time = clock.now() - 6 * minuteMs
      assert.deepEqual(refusal(await phone.answer(txid, 'approve', { time })), [401, 'clock_skew'])
      await phone.answer(txid, 'deny')
    })

    test('is not answered when it is over', async () => {
      const txid = await push()
      clock.advance(minuteMs)
      assert.deepEqual(refusal(await phone.answer(txid, 'approve')), [410, 'gone'])
      assert.equal((await status(txid)).status, 'timeout')
    })
  })

  describe('the stream', () => {
    test('tells what waits, and what does not any more', async () => {
      const stream = new EventStream(service, await phone.signedHeaders('GET', '/app/api/stream'))
      assert.deepEqual(await stream.next(), ['requests', { requests: [] }])
      const txid = await push()
      const opened = (await stream.next())?.[1]
      assert.equal(listed(opened?.requests)[0]?.txid, txid)
      await phone.answer(txid, 'deny')
      assert.deepEqual(await stream.next(), ['requests', { requests: [] }])
      stream.close()
    })
  })

  describe('a request of a phone', () => {
    test('is refused under another key, path, time or body', async () => {
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

    test('of a phone with a wrong clock is told the right time', async () => {
      const code = await service.addActivationCode(userId)
      const early = await service.addPushPhone(userId, { now: () => clock.now() - 6 * minuteMs })
      const answer = await early.call('GET', '/app/api/requests')
      assert.deepEqual(refusal(answer), [401, 'clock_skew'])
      assert.equal(answer.body.time, clock.now())
      assert.ok(code)
    })

    test('of a phone that was removed is refused, and so is its answer', async () => {
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

    test('says who it is of', async () => {
      const { body } = await phone.call('GET', '/app/api/device')
      assert.deepEqual(
        [body.device, body.name, body.username, body.notified],
        [phone.phoneId, "Alice's phone", 'alice', false],
      )
      assert.equal(String(body.vapidPublicKey).length, 87)
    })

    test('shows the history of its user', async () => {
      await phone.answer(await push('alice', { ipaddr: '192.0.2.9' }), 'fraud')
      const { body } = await phone.call('GET', '/app/api/history')
      const [newest] = listed(body.events)
      assert.deepEqual(
        [newest?.application, newest?.factor, newest?.result, newest?.ipaddr],
        ['test authapi', 'push', 'fraud', '192.0.2.9'],
      )
    })

    test('sets where it is to be woken', async () => {
      const keys = { p256dh: 'BA', auth: 'AA' }
      const subscribe = (subscription: object | null) =>
        phone.call('POST', '/app/api/subscription', JSON.stringify({ subscription }))
      const endpoint = 'https://push.example/1'
      assert.equal((await subscribe({ endpoint, keys })).body.notified, true)
      const plain = { endpoint: 'http://push.example/1', keys }
      assert.deepEqual(refusal(await subscribe(plain)), [400, 'invalid'])
      assert.equal((await subscribe(null)).body.notified, false)
    })

    test('takes the phone away, and its generator with it', async () => {
      const { userId: dora } = await service.addUser({ username: 'dora' })
      const [number, phones] = ['+15550104788', new Phones()]
      const { phoneId } = await service.store.transaction((db) =>
        phones.add(dora, { number }, clock.now(), db),
      )
      const bound = await service.addPushPhone(dora, { phoneId })
      const bare = await service.addPushPhone(dora)
      for (const one of [bound, bare]) {
        assert.equal((await one.call('DELETE', '/app/api/device')).status, 200)
        assert.equal((await one.call('GET', '/app/api/device')).status, 401)
      }
      assert.deepEqual(await new Tokens(service.store).ofUser(dora, service.store.db), [])
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

function listed(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}
