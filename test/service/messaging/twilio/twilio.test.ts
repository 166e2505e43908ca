import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { Secret } from '../../../../src/host/secret.ts'
import type { TwilioConfig } from '../../../../src/service/config/twilio_section.ts'
import { Twilio } from '../../../../src/service/messaging/twilio/twilio.ts'
import { toDeliveryError } from '../../../rig/delivery_error.ts'
import { freePort } from '../../../rig/running.ts'
import { accountSid, authToken, TwilioApi } from '../../../rig/twilio_api.ts'

const to = '+15551234567'
const text = 'VPN: 1234567'

describe('the Twilio client', () => {
  let api: TwilioApi
  before(async () => {
    api = await TwilioApi.start()
  })
  after(() => api.close())
  beforeEach(() => {
    api.provider.received.length = 0
  })

  const client = (config: Partial<TwilioConfig> = {}, limitMs = 5_000) =>
    new Twilio(
      {
        accountSid,
        authToken: new Secret(authToken),
        from: '+15005550006',
        messagingServiceSid: undefined,
        baseUrl: api.provider.url,
        caFile: api.provider.caFile,
        ...config,
      },
      limitMs,
    )
  const call = { to, from: '+15005550006', url: 'https://a.example/call', statusUrl: 'https://a/s' }
  const toError = (work: Promise<unknown>) => toDeliveryError(work, [authToken])

  test('sends a message from a number or a messaging service', async () => {
    assert.match(await client().sendSms(to, 'Zürich & Co: 1234567'), /^SM[0-9a-f]{32}$/)
    const [message] = api.messages
    assert.deepEqual(Object.fromEntries(message ?? []), {
      To: to,
      From: '+15005550006',
      Body: 'Zürich & Co: 1234567',
    })
    await client({ messagingServiceSid: 'MG1' }).sendSms(to, text)
    assert.deepEqual(Object.fromEntries(api.messages.at(-1) ?? []), {
      To: to,
      MessagingServiceSid: 'MG1',
      Body: text,
    })
  })

  test('places a call', async () => {
    assert.match(await client().call(call), /^CA[0-9a-f]{32}$/)
    assert.deepEqual(Object.fromEntries(api.calls.at(-1) ?? []), {
      To: to,
      From: '+15005550006',
      Url: 'https://a.example/call',
      Method: 'POST',
      StatusCallback: 'https://a/s',
      StatusCallbackMethod: 'POST',
      StatusCallbackEvent: 'completed',
      Timeout: '40',
    })
  })

  for (const [number, code, what] of [
    ['+15005550001', 21211, 'no number'],
    ['+15005550002', 21612, 'a number that the sender does not reach'],
    ['+15005550003', 21408, 'a country that is not allowed'],
    ['+15005550004', 21610, 'somebody who has opted out'],
    ['+15005550009', 21614, 'no mobile number'],
  ] as const) {
    test(`reports ${what} without a retry (${code})`, async () => {
      const error = await toError(client().sendSms(number, text))
      assert.equal(error.code, 'DELIVERY_REFUSED')
      assert(error.message.includes(String(code)))
      assert.equal(api.provider.received.length, 1)
    })
  }

  test('reports wrong keys, a wrong sender and impossible calls', async () => {
    const refusals = [
      client({ authToken: new Secret('wrong') }).sendSms(to, text),
      client({ from: '+15005550007' }).sendSms(to, text),
      client().call({ ...call, to: '+15005550001' }),
      client().call({ ...call, to: '+15005550003' }),
      client().call({ ...call, from: '+15005550007' }),
      client({ baseUrl: `${api.provider.url}/elsewhere` }).sendSms(to, text),
    ]
    const told = await Promise.all(refusals.map(toError))
    assert(told.every(({ code }) => code === 'DELIVERY_REFUSED'))
    assert.deepEqual(
      told.map(({ message }) => /\((?:error|status) (\d+)\)/.exec(message)?.[1]),
      ['20003', '21606', '21217', '21215', '21210', '20404'],
    )
  })

  test('retries once when throttled, because nothing was sent', async () => {
    api.throttled = 1
    assert.match(await client().sendSms(to, text), /^SM/)
    api.throttled = 2
    assert.equal((await toError(client().sendSms(to, text))).code, 'DELIVERY_UNREACHABLE')
    assert.equal(api.throttled, 0)
  })

  test('does not send again after a timeout', async () => {
    api.silent = true
    const error = await toError(client({}, 200).sendSms(to, text))
    api.silent = false
    assert.equal(error.code, 'DELIVERY_UNANSWERED')
    assert.match(error.message, /may have been sent/)
    assert.equal(api.provider.received.length, 1)
  })

  test('reports an unreachable server and an untrusted certificate', async () => {
    const nobody = `https://127.0.0.1:${await freePort()}`
    for (const config of [{ baseUrl: nobody }, { caFile: undefined }]) {
      const error = await toError(client(config).sendSms(to, text))
      assert.equal(error.code, 'DELIVERY_UNREACHABLE')
    }
    assert.equal(api.provider.received.length, 0)
  })
})
