import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AuthenticationLog } from '../../../src/service/audit/authentication_log.ts'
import { Phones } from '../../../src/service/authenticators/phone/phones.ts'
import type { PhonePrompt, SmsMessage } from '../../../src/service/messaging/messaging.ts'
import { Transactions } from '../../../src/service/sign_in/transaction/transactions.ts'
import { activatePush } from '../../rig/activate_push.ts'
import { untilGauge } from '../../rig/gauge.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { parseResponse, TestService } from '../../rig/service.ts'

const auth = '/auth/v2/auth'

describe('factors that wait for the user', () => {
  const clock = new ManualClock()
  const sent: (PhonePrompt | SmsMessage)[] = []
  let service: TestService

  before(async () => {
    service = await TestService.start({
      clock,
      delivery: {
        push: { send: async (request) => void sent.push(request) },
        sms: { send: async (request) => void sent.push(request) },
      },
    })
    const { userId } = await service.addUser({ username: 'alice' })
    await service.store.transaction(async (db) => {
      const phones = new Phones()
      const work = { number: '+15550104788', name: 'Work' }
      for (const phone of [work, { platform: 'iOS' }]) {
        const { phoneId } = await phones.add(userId, phone, clock.now(), db)
        await activatePush(phoneId, clock.now(), db)
      }
    })
  })
  after(() => service.close())

  const pushAsync = async (prompt: string) => {
    const parameters = { username: 'alice', factor: 'prompt', prompt, async: '1' }
    return String(parseResponse(await service.call({ path: auth, parameters })).txid)
  }
  const poll = (txid: string) =>
    service.call({ method: 'GET', path: '/auth/v2/auth_status', parameters: { txid } })

  test('preauth lists phones in order, with their capabilities', async () => {
    const parameters = { username: 'alice', text_prompt: '1' }
    const { devices, prompt } = parseResponse(
      await service.call({ path: '/auth/v2/preauth', parameters }),
    )
    assert.ok(Array.isArray(devices))
    assert.deepEqual(
      devices.map(({ device: _, ...device }) => device),
      [
        {
          capabilities: ['auto', 'push', 'sms'],
          display_name: 'Work (XXX-XXX-4788)',
          name: 'Work',
          number: 'XXX-XXX-4788',
          type: 'phone',
        },
        {
          capabilities: ['auto', 'push'],
          display_name: 'iOS',
          name: '',
          number: '',
          type: 'phone',
        },
      ],
    )
    assert.deepEqual(prompt, {
      text: `Duo two-factor login for alice

Enter a passcode or select one of the following options:

 1. Duo Push to Work (XXX-XXX-4788)
 2. Duo Push to iOS
 3. SMS passcodes to Work (XXX-XXX-4788)

Passcode or option (1-3): `,
      factors: { default: 'push1', '1': 'push1', '2': 'push2', '3': 'sms1' },
    })
  })

  test('answers the first poll at once, and times out after a minute, with one log line', async () => {
    const txid = await pushAsync('push2')
    assert.equal(sent.at(-1)?.txid, txid)
    const waiting = parseResponse(await poll(txid))
    assert.deepEqual([waiting.result, waiting.status], ['waiting', 'pushed'])
    clock.advance(61_000)
    const [one, other] = await Promise.all([poll(txid), poll(txid)])
    for (const answer of [one, other]) {
      const { result, status, status_msg } = parseResponse(answer)
      assert.deepEqual([result, status, status_msg], ['deny', 'timeout', 'Login timed out.'])
    }
    const lines = await new AuthenticationLog().list({ limit: 100 }, service.store.db)
    const own = lines.filter((line) => line.txid === txid)
    assert.deepEqual(
      own.map(({ factor, result, reason }) => [factor, result, reason]),
      [['push', 'denied', 'no_response']],
    )
  })

  test('returns what another process settled, and applies only the first of several answers', async () => {
    const txid = await pushAsync('push')
    await poll(txid)
    const blocked = poll(txid)
    const transactions = new Transactions(service.store, clock)
    const approve = { result: 'allow', status: 'allow', status_msg: 'yes' } as const
    const deny = { result: 'deny', status: 'deny', status_msg: 'no' } as const
    const won = await Promise.all(
      [approve, deny, approve].map((outcome) =>
        service.store.transaction((db) => transactions.settle(txid, outcome, db)),
      ),
    )
    assert.equal(won.filter(Boolean).length, 1)
    assert.notEqual(parseResponse(await blocked).result, 'waiting')
  })

  test('denies sms with the status sent', async () => {
    const parameters = { username: 'alice', factor: 'sms', device: 'auto' }
    const { result, status, status_msg } = parseResponse(
      await service.call({ path: auth, parameters }),
    )
    assert.deepEqual([result, status, status_msg], ['deny', 'sent', 'New SMS passcodes sent.'])
  })

  test('fails with "no capable device" for an unknown phone and one without the capability', async () => {
    for (const named of [
      { factor: 'push', device: 'DPAAAAAAAAAAAAAAAAAA' },
      { factor: 'phone', device: 'auto' },
    ]) {
      const parameters = { username: 'alice', ...named }
      const { body } = await service.call({ path: auth, parameters })
      assert.deepEqual([body.code, body.message_detail], [40002, 'no capable device'])
    }
  })

  test('denies a typed word for such a phone, so that the client prompts again', async () => {
    for (const prompt of ['push3', 'phone1', 'sms2']) {
      const parameters = { username: 'alice', factor: 'prompt', prompt }
      const { result, status } = parseResponse(await service.call({ path: auth, parameters }))
      assert.deepEqual([result, status], ['deny', 'deny'])
      const polled = parseResponse(await poll(await pushAsync(prompt)))
      assert.deepEqual([polled.result, polled.status], ['deny', 'deny'])
    }
  })
})

describe('a service that stops', () => {
  test('answers a waiting poll when the service stops', async () => {
    const delivery = { push: { send: async () => {} } }
    const service = await TestService.start({ delivery })
    const { userId } = await service.addUser({ username: 'alice' })
    await service.store.transaction(async (db) => {
      const { phoneId } = await new Phones().add(userId, { platform: 'iOS' }, 0, db)
      await activatePush(phoneId, 0, db)
    })
    const parameters = { username: 'alice', factor: 'push', device: 'auto', async: '1' }
    const { txid } = parseResponse(await service.call({ path: auth, parameters }))
    const poll = () =>
      service.call({
        method: 'GET',
        path: '/auth/v2/auth_status',
        parameters: { txid: String(txid) },
      })
    await poll()
    const waiting = poll()
    await untilGauge(service, 'waiting_calls', 1)
    // the client of the test must not end before the answer has arrived
    const [answer] = await Promise.all([waiting, service.service.close()])
    assert.equal(parseResponse(answer).result, 'waiting')
    await service.close()
  })
})
