import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../../../src/host/clock.ts'
import { Secret } from '../../../../src/host/secret.ts'
import { Integrations } from '../../../../src/service/applications/integrations.ts'
import { AuthenticationLog } from '../../../../src/service/audit/authentication_log.ts'
import { TelephonyLog } from '../../../../src/service/audit/telephony_log.ts'
import { Phones } from '../../../../src/service/authenticators/phone/phones.ts'
import { defaultConfig } from '../../../../src/service/config/service_config.ts'
import { isSignedByTwilio } from '../../../../src/service/messaging/twilio/twilio_signature.ts'
import { Transactions } from '../../../../src/service/sign_in/transaction/transactions.ts'
import { RecordingLog } from '../../../rig/recording_log.ts'
import { parseResponse, TestService } from '../../../rig/service.ts'
import { accountSid, authToken, type HeardTwiml, TwilioApi } from '../../../rig/twilio_api.ts'

describe('X-Twilio-Signature', () => {
  const url = 'https://mycompany.com/myapp.php?foo=1&bar=2'
  const fields = Object.entries({
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675309',
    Digits: '1234',
    From: '+14158675309',
    To: '+18005551212',
  })
  const signature = 'RSOYDt4T1cUTdK1PDd93/VVr8B8='

  test("accepts the documentation's example", () => {
    assert.equal(isSignedByTwilio(url, fields, signature, '12345'), true)
    assert.equal(isSignedByTwilio(url, fields.toReversed(), signature, '12345'), true)
  })

  test('does not match another token, URL or field', () => {
    assert.equal(isSignedByTwilio(url, fields, signature, '12346'), false)
    assert.equal(isSignedByTwilio(`${url}&baz=3`, fields, signature, '12345'), false)
    assert.equal(isSignedByTwilio(url, fields.slice(1), signature, '12345'), false)
    assert.equal(isSignedByTwilio(url, fields, '', '12345'), false)
  })

  test('matches with and without the port', () => {
    const withPort = 'https://mycompany.com:8443/myapp.php?foo=1&bar=2'
    assert.equal(isSignedByTwilio(withPort, fields, signature, '12345'), true)
  })
})

describe('a phone call', () => {
  const log = new RecordingLog()
  let api: TwilioApi
  let service: TestService
  before(async () => {
    api = await TwilioApi.start()
    const { phone } = defaultConfig('.')
    const twilio = {
      accountSid,
      authToken: new Secret(authToken),
      from: undefined,
      messagingServiceSid: undefined,
      baseUrl: api.provider.url,
      caFile: api.provider.caFile,
    }
    const limits = { ...phone.limits, userPerHour: 0, userPerDay: 0 }
    const unlimited = { ...limits, numberPerHour: 0, numberPerDay: 0 }
    service = await TestService.start({
      log,
      config: {
        phone: {
          ...phone,
          provider: { kind: 'twilio', twilio },
          callerId: '+15005550006',
          limits: unlimited,
        },
      },
    })
    api.ca = service.ca
    await addUser('alice', '+15550101234')
    await addUser('opted-out', '+15005550004')
  })
  after(async () => {
    await service.close()
    await api.close()
  })

  async function addUser(username: string, number: string): Promise<void> {
    const { userId } = await service.addUser({ username })
    await service.addPhone(userId, number)
  }
  const begin = async (username = 'alice', integration = service.integration) => {
    const parameters = { username, factor: 'phone', device: 'auto', async: '1' }
    const answer = await service.call({ path: '/auth/v2/auth', parameters, integration })
    return String(parseResponse(answer).txid)
  }
  const poll = async (txid: string) => {
    const path = '/auth/v2/auth_status'
    const answer = await service.call({ method: 'GET', path, parameters: { txid } })
    const { result, status, status_msg } = parseResponse(answer)
    return [result, status, status_msg]
  }
  const logReason = async (txid: string) => {
    const lines = await new AuthenticationLog().list({ limit: 5 }, service.store.db)
    return lines.filter((line) => line.txid === txid).map(({ reason }) => reason)
  }

  test('names the application, and allows the sign-in with the right key', async () => {
    const txid = await begin()
    assert.deepEqual(await poll(txid), ['waiting', 'calling', 'Dialing XXX-XXX-1234...'])
    const heard = await api.takeCall()
    assert.deepEqual(heard.said, [
      'Countersign. This is a sign-in to test authapi. Press 1 to sign in. If this was not you, press 9.',
      'No key was pressed. You are not signed in. Goodbye.',
    ])
    assert.equal(heard.language, 'en-US')
    assert.deepEqual(await poll(txid), [
      'waiting',
      'answered',
      "Answered. Press '1' on your phone to log in.",
    ])
    const said = await api.press(heard, '1')
    assert.deepEqual(said.said, ['You are signed in. Goodbye.'])
    assert.equal((await api.endCall('completed')).status, 200)
    assert.deepEqual(await poll(txid), ['allow', 'allow', 'Success. Logging you in...'])
    assert.deepEqual(await logReason(txid), ['user_approved'])
  })

  for (const [what, keys, status, reason] of [
    ['the fraud key', ['9'], 'fraud', 'user_marked_fraud'],
    ['a wrong key twice', ['5', '7'], 'deny', 'wrong_key_pressed'],
    ['a wrong key, then none', ['5'], 'deny', 'no_keys_pressed'],
    ['no key, as of a voicemail', [], 'deny', 'no_keys_pressed'],
    ['an empty key', [''], 'deny', 'no_keys_pressed'],
    ['two keys in one', ['11'], 'deny', 'no_keys_pressed'],
  ] as const) {
    test(`denies the sign-in after ${what}`, async () => {
      const txid = await begin()
      let heard: HeardTwiml = await api.takeCall()
      for (const key of keys) heard = await api.press(heard, key)
      await api.endCall('completed')
      assert.deepEqual((await poll(txid)).slice(0, 2), ['deny', status])
      assert.deepEqual(await logReason(txid), [reason])
    })
  }

  test('denies the right key on a phone that was removed while it rang', async () => {
    const { userId } = await service.addUser({ username: 'robbed' })
    await service.addPhone(userId, '+15550101299')
    const phoneId = await service.addPhone(userId, '+15550101298')
    const parameters = { username: 'robbed', factor: 'phone', device: phoneId, async: '1' }
    const answer = await service.call({ path: '/auth/v2/auth', parameters })
    const txid = String(parseResponse(answer).txid)
    const heard = await api.takeCall()
    await new Phones().remove(phoneId, service.store.db)
    await api.press(heard, '1')
    assert.equal((await poll(txid))[0], 'deny')
    assert.deepEqual(await logReason(txid), ['invalid_device'])
  })

  test('accepts the right key after a wrong one, and # as a right key', async () => {
    const txid = await begin()
    const again = await api.press(await api.takeCall(), '5')
    assert.match(again.said[0] ?? '', /^That was another key\. This is a sign-in/)
    await api.press(again, '#')
    assert.equal((await poll(txid))[0], 'allow')
  })

  test('denies the right key after the timeout, and says so', async () => {
    const txid = await begin()
    const heard = await api.takeCall()
    await service.store.db
      .updateTable('transactions')
      .set({ expires: Date.now() })
      .where('txid', '=', txid)
      .execute()
    const { said } = await api.press(heard, '1')
    assert.deepEqual(said, ['This sign-in is over. Goodbye.'])
    assert.deepEqual((await poll(txid)).slice(0, 2), ['deny', 'timeout'])
    assert.deepEqual(await logReason(txid), ['no_keys_pressed'])
  })

  for (const [status, reason, message] of [
    ['busy', 'line_busy', 'Your phone is busy. Please try again.'],
    ['no-answer', 'call_timed_out', 'Your phone was not answered. Please try again.'],
    ['failed', 'call_failed', 'Your phone could not be called. Please use another method.'],
    ['canceled', 'call_failed', 'Your phone could not be called. Please use another method.'],
    ['completed', 'no_keys_pressed', 'No keypress detected. Please try again.'],
  ] as const) {
    test(`reports a call that ended as ${status}`, async () => {
      const txid = await begin()
      await api.endCall('ringing')
      assert.equal((await poll(txid))[0], 'waiting')
      await api.endCall(status)
      assert.deepEqual(await poll(txid), ['deny', 'deny', message])
      assert.deepEqual(await logReason(txid), [reason])
    })
  }

  test('denies at once if the provider refuses, and logs no secret', async () => {
    const parameters = { username: 'opted-out', factor: 'phone', device: 'auto' }
    const answer = parseResponse(await service.call({ path: '/auth/v2/auth', parameters }))
    assert.deepEqual([answer.result, answer.status], ['deny', 'deny'])
    const [line] = await new TelephonyLog(service.store).list({ limit: 1 }, service.store.db)
    assert.equal(line?.result, 'refused')
    assert.match(line?.detail ?? '', /21216/)
    assert(log.has('a call was not sent'))
    assert.doesNotMatch(log.lines.join('\n'), new RegExp(authToken))
  })

  test('escapes markup in the name of the application', async () => {
    const name = `A&B <Say>"hello"</Say>'`
    const integration = await service.store.transaction((db) =>
      new Integrations(service.store).create({ name, type: 'authapi' }, Date.now(), db),
    )
    await begin('alice', integration)
    const { said, xml } = await api.takeCall()
    assert.match(xml, /A&amp;B &lt;Say&gt;/)
    assert.equal(said.length, 2)
  })

  describe('its webhooks', () => {
    const assertWaiting = async (txid: string) => {
      const transaction = await new Transactions(service.store, systemClock).byTxid(
        txid,
        service.store.db,
      )
      assert.equal(transaction?.outcome.result, 'waiting')
    }
    const assertForbidden = async (answer: Promise<{ status: number }>) =>
      assert.equal((await answer).status, 403)

    test('reject requests without a signature, or with a wrong one', async () => {
      const txid = await begin()
      const { keyUrl = '' } = await api.takeCall()
      await assertForbidden(api.webhook(keyUrl, { Digits: '1' }, { signature: null }))
      await assertForbidden(api.webhook(keyUrl, { Digits: '1' }, { signature: 'AAAA' }))
      await assertForbidden(api.webhook(keyUrl, { Digits: '1' }, { token: 'guessed' }))
      await assertForbidden(api.webhook(keyUrl, { Digits: '1' }, { token: '' }))
      await assertWaiting(txid)
      assert(log.has('a webhook of a call was refused'))
      await api.endCall('busy')
    })

    test('reject the key of another call', async () => {
      await addUser('another', '+15550104799')
      const otherTxid = await begin('another')
      const ownTxid = await begin()
      const { keyUrl: ownUrl = '' } = await api.takeCall()
      await assertForbidden(api.webhook(ownUrl.replace(ownTxid, otherTxid), { Digits: '1' }))
      const keyless = ownUrl.replace(ownTxid, otherTxid).replace(/\?.*/, '')
      await assertForbidden(api.webhook(keyless, { Digits: '1' }))
      await assertWaiting(otherTxid)
      await api.endCall('busy')
    })

    test('reject another digit than the signed one', async () => {
      const txid = await begin()
      const { keyUrl = '' } = await api.takeCall()
      const seen: string[] = []
      api.onSigned = (signature) => seen.push(signature)
      await api.webhook(keyUrl, { Digits: '5' })
      api.onSigned = () => {}
      const [signature = ''] = seen
      await assertForbidden(api.webhook(keyUrl, { Digits: '1' }, { signature }))
      await assertWaiting(txid)
      await api.endCall('busy')
    })

    test('ignore replays after the call ended', async () => {
      const txid = await begin()
      const heard = await api.takeCall()
      await api.endCall('completed')
      const { said } = await api.press(heard, '1')
      assert.deepEqual(said, ['This sign-in is over. Goodbye.'])
      assert.deepEqual((await api.takeCall()).said, ['This sign-in is over. Goodbye.'])
      assert.equal((await poll(txid))[0], 'deny')
      assert.deepEqual(await logReason(txid), ['no_keys_pressed'])
    })

    test('count one of several simultaneous digits', async () => {
      const txid = await begin()
      const heard = await api.takeCall()
      const said = await Promise.all(
        ['1', '9', '1', '9'].map(async (key) => (await api.press(heard, key)).said[0]),
      )
      assert.equal(said.filter((text) => text !== 'This sign-in is over. Goodbye.').length, 1)
      assert.equal((await logReason(txid)).length, 1)
    })

    test('do not exist for GET', async () => {
      await begin()
      const { keyUrl = '' } = await api.takeCall()
      const { pathname, search } = new URL(keyUrl)
      const { status } = await service.send({ method: 'GET', path: `${pathname}${search}` })
      assert.equal(status, 404)
    })
  })
})
