import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { deserialize } from 'bson'
import { isRecord } from '../../../../../src/duo/index.ts'
import type { Integration } from '../../../../../src/service/applications/integrations.ts'
import { Phones } from '../../../../../src/service/authenticators/phone/phones.ts'
import { defaultConfig } from '../../../../../src/service/config/service_config.ts'
import type { PhonePrompt } from '../../../../../src/service/messaging/messaging.ts'
import { activatePush } from '../../../../rig/activate_push.ts'
import { octets } from '../../../../rig/octets.ts'
import { type Answer, parseResponse, TestService, type TestToken } from '../../../../rig/service.ts'

const formats = [
  { suffix: '', type: /^application\/json/ },
  { suffix: '.json', type: /^application\/json/ },
  { suffix: '.bson', type: /^application\/bson$/ },
] as const

describe('Auth API v1', () => {
  const pushed: PhonePrompt[] = []
  let folder = ''
  let service: TestService
  let unix: Integration
  let token: TestToken
  let counter = 0

  before(async () => {
    service = await TestService.start({
      delivery: {
        push: { send: async (request) => void pushed.push(request) },
        phone: { call: async () => 'waits for a key' },
        sms: { send: async () => {} },
      },
    })
    folder = service.folder
    unix = await service.addIntegration('unix')
    const { userId } = await service.addUser({ username: 'alice' })
    token = await service.addToken(userId)
    await service.store.transaction(async (db) => {
      const phones = new Phones()
      const work = { number: '+15550104788', name: 'Work' }
      const { phoneId } = await phones.add(userId, work, Date.now(), db)
      await activatePush(phoneId, Date.now(), db)
    })
    await service.addUser({ username: 'bob', status: 'bypass' })
    const { userId: carol } = await service.addUser({ username: 'carol' })
    await service.addToken(carol)
  })
  after(() => service.close())

  const call = async (
    path: string,
    parameters: Readonly<Record<string, string>> = {},
    method: 'GET' | 'POST' = 'POST',
  ) =>
    readAnswer(
      await service.call({
        method,
        path: `/rest/v1/${path}`,
        parameters,
        integration: unix,
        version: 1,
        digest: 'sha1',
      }),
    )
  const response = async (...request: Parameters<typeof call>) =>
    parseResponse(await call(...request))
  const poll = (txid: string, suffix: string) => response(`status${suffix}`, { txid }, 'GET')

  for (const { suffix, type } of formats) {
    describe(`with the suffix '${suffix}'`, () => {
      test('answers an unsigned ping and a signed check', async () => {
        const path = `/rest/v1/ping${suffix}`
        const ping = readAnswer(await service.send({ method: 'GET', path }))
        assert.match(String(ping.headers['content-type']), type)
        assert.deepEqual(ping.body, { stat: 'OK', response: 'pong' })
        const { body } = await call(`check${suffix}`, {}, 'GET')
        assert.deepEqual(body, { stat: 'OK', response: 'valid' })
      })

      test('lists the factors and the prompt in preauth', async () => {
        await call(`auth${suffix}`, { user: 'alice', factor: 'sms', phone: 'phone1' })
        const { headers, body } = await call(`preauth${suffix}`, { user: 'alice' })
        assert.match(String(headers['content-type']), type)
        assert.deepEqual(body, {
          stat: 'OK',
          response: {
            result: 'auth',
            prompt: `Duo two-factor login for alice

Enter a passcode or select one of the following options:

 1. Duo Push to Work (XXX-XXX-4788)
 2. Phone call to Work (XXX-XXX-4788)
 3. SMS passcodes to Work (XXX-XXX-4788) (next code starts with: 1)

Passcode or option (1-3): `,
            factors: { default: 'push1', '1': 'push1', '2': 'phone1', '3': 'sms1' },
          },
        })
      })

      test('prompts a user who has only a token for a passcode', async () => {
        assert.deepEqual(await response(`preauth${suffix}`, { user: 'carol' }), {
          result: 'auth',
          prompt: 'Duo two-factor login for carol\n\nPasscode: ',
          factors: {},
        })
      })

      test('allows bypass users in preauth, and sends unknown users to enrolment', async () => {
        const { result, status } = await response(`preauth${suffix}`, { user: 'bob' })
        assert.deepEqual([result, typeof status], ['allow', 'string'])
        const stranger = await response(`preauth${suffix}`, { user: 'mallory' })
        assert.equal(stranger.result, 'enroll')
        assert.match(String(stranger.status), /^Please enroll at https:\/\/\S+\/portal/)
      })

      test('answers preauth with a decision for any ipaddr, hostname and user', async () => {
        for (const odd of [
          { user: 'alice', ipaddr: '2001:db8::1 50000 2001:db8::2 22', hostname: 'vm' },
          { user: 'alice', ipaddr: 'host.example.com', hostname: '\u001b[2J' },
          { user: '', ipaddr: '', hostname: '' },
          { user: 'zoë\n', failmode: 'open' },
          { user: 'x'.repeat(5000), failmode: 'closed' },
        ]) {
          const { status, body } = await call(`preauth${suffix}`, odd)
          assert.deepEqual([status, body.stat], [200, 'OK'])
        }
      })

      test('accepts a passcode once, as `auto` and as `passcode`', async () => {
        const code = token.code(counter++)
        const auto = { user: 'alice', factor: 'auto', auto: `${code.slice(0, 3)} ${code.slice(3)}` }
        assert.deepEqual(await response(`auth${suffix}`, auto), {
          result: 'allow',
          status: 'Success. Logging you in...',
        })
        assert.equal((await response(`auth${suffix}`, auto)).result, 'deny')
        const passcode = { user: 'alice', factor: 'passcode', code: token.code(counter++) }
        assert.equal((await response(`auth${suffix}`, passcode)).result, 'allow')
        const wrong = { user: 'alice', factor: 'passcode', code: '000000000' }
        assert.deepEqual(await response(`auth${suffix}`, wrong), {
          result: 'deny',
          status: 'Incorrect passcode. Please try again.',
        })
      })

      test('returns the result of an asynchronous passcode by txid', async () => {
        const auto = token.code(counter++)
        const sent = { user: 'alice', factor: 'auto', auto, async: '1' }
        const { txid } = await response(`auth${suffix}`, sent)
        const { result, status } = await poll(String(txid), suffix)
        assert.deepEqual([result, status], ['allow', 'Success. Logging you in...'])
      })

      test('denies `sms`, and reports that passcodes were sent', async () => {
        const sent = { user: 'alice', factor: 'sms', phone: 'phone1' }
        const { result, status } = await response(`auth${suffix}`, sent)
        assert.deepEqual([result, status], ['deny', 'New SMS passcodes sent.'])
      })

      test('has no result while a push waits', async () => {
        const sent = { user: 'alice', factor: 'push', phone: 'phone1', async: '1' }
        const { txid } = await response(`auth${suffix}`, sent)
        assert.equal(pushed.at(-1)?.txid, txid)
        const waiting = await poll(String(txid), suffix)
        assert.deepEqual(waiting, { status: 'Pushed a login request to your device...' })
      })

      test('denies, rather than fails, if no device is capable', async () => {
        for (const sent of [
          { factor: 'auto', auto: 'push7' },
          { factor: 'push', phone: 'phone2' },
          { factor: 'phone', phone: 'DP00000000000000000' },
        ]) {
          const { status, body } = await call(`auth${suffix}`, { user: 'alice', ...sent })
          assert.equal(status, 200)
          assert.ok(isRecord(body.response))
          assert.equal(body.response.result, 'deny')
        }
      })

      test('denies an unknown txid, and one of another application', async () => {
        const sent = { user: 'alice', factor: 'push', async: '1' }
        const { txid } = await response(`auth${suffix}`, sent)
        const { body } = readAnswer(
          await service.call({
            method: 'GET',
            path: `/rest/v1/status${suffix}`,
            parameters: { txid: String(txid) },
          }),
        )
        assert.ok(isRecord(body.response))
        assert.equal(body.response.result, 'deny')
        assert.equal((await poll('unknown', suffix)).result, 'deny')
      })

      test('encodes failures in the same format, with an integer code', async () => {
        const { status, body, headers } = await call(`preauth${suffix}`)
        assert.equal(status, 400)
        assert.match(String(headers['content-type']), type)
        assert.deepEqual(body, {
          stat: 'FAIL',
          code: 40001,
          message: 'Missing required request parameters',
          message_detail: 'user',
        })
        const path = `/rest/v1/check${suffix}`
        const unsigned = readAnswer(await service.send({ method: 'GET', path }))
        assert.deepEqual([unsigned.status, unsigned.body.code], [401, 40101])
        const large = readAnswer(
          await service.send({
            method: 'POST',
            path: `/rest/v1/auth${suffix}`,
            body: 'x'.repeat(70_000),
          }),
        )
        assert.deepEqual([large.status, large.body.code], [400, 40002])
      })

      test('answers 40301 to an application of the Admin API', async () => {
        const integration = await service.addIntegration('adminapi')
        const path = `/rest/v1/check${suffix}`
        const answer = readAnswer(await service.call({ method: 'GET', path, integration }))
        assert.deepEqual([answer.status, answer.body.code], [403, 40301])
      })

      test('answers 404 if no logo is configured', async () => {
        const { status, body } = await call(`logo${suffix}`, {}, 'GET')
        assert.deepEqual([status, body.code], [404, 40401])
      })
    })
  }

  test('serves the logo as PNG with any suffix', async () => {
    const logoFile = join(folder, 'logo.png')
    const picture = octets('89504e47 0d0a1a0a')
    writeFileSync(logoFile, picture)
    const config = { ...defaultConfig('.'), logoFile, requestsPerMinute: 4 }
    const other = await TestService.start({ config })
    const get = (path: string) => other.call({ method: 'GET', path, version: 1, digest: 'sha1' })
    for (const { suffix } of formats) {
      const answer = await get(`/rest/v1/logo${suffix}`)
      assert.equal(answer.headers['content-type'], 'image/png')
      assert.deepEqual(new Uint8Array(answer.octets), new Uint8Array(picture))
    }
    // a rate-limited request gets its refusal in BSON
    await get('/rest/v1/check')
    const refused = readAnswer(await get('/rest/v1/check.bson'))
    assert.deepEqual([refused.status, refused.body.code], [429, 42901])
    assert.match(String(refused.headers['retry-after']), /^\d{1,2}$/)
    await other.close()
  })

  describe('BSON', () => {
    test("matches the documentation's examples in the encoder of these tests", () => {
      const allow = { stat: 'OK', response: { result: 'allow', status: 'hi' } }
      assert.equal(
        encodeBson(allow).toString('hex'),
        '42000000027374617400030000004f4b0003726573706f6e7365002600000002726573756c740006000000616c6c6f77000273746174757300030000006869000000',
      )
      assert.equal(
        encodeBson({ stat: 'FAIL', code: 1000, message: 'no' }).toString('hex'),
        '2e000000027374617400050000004641494c0010636f646500e8030000026d65737361676500030000006e6f0000',
      )
    })

    test('matches that encoder byte for byte in replies', async () => {
      const wrong = { user: 'alice', factor: 'passcode', code: '000000000' }
      const denied = await call('auth.bson', wrong)
      const status = 'Incorrect passcode. Please try again.'
      assert.deepEqual(
        denied.octets,
        encodeBson({ stat: 'OK', response: { result: 'deny', status } }),
      )
      const unsigned = await service.send({ method: 'GET', path: '/rest/v1/check.bson' })
      const message = 'Missing request credentials'
      assert.deepEqual(unsigned.octets, encodeBson({ stat: 'FAIL', code: 40101, message }))
    })
  })
})

/** Decodes an answer in BSON. */
function readAnswer(answer: Answer): Answer {
  if (answer.headers['content-type'] !== 'application/bson') return answer
  return { ...answer, body: deserialize(answer.octets) }
}

type BsonValue = string | number | { readonly [key: string]: BsonValue }

/** Encodes strings, int32 and documents as BSON. */
function encodeBson(document: Readonly<Record<string, BsonValue>>): Buffer {
  const elements = Object.entries(document).map(([key, value]) => {
    const name = Buffer.from(`${key}\0`)
    if (typeof value === 'number') return Buffer.concat([octets('10'), name, encodeInt32(value)])
    if (typeof value === 'object') return Buffer.concat([octets('03'), name, encodeBson(value)])
    const text = Buffer.from(`${value}\0`)
    return Buffer.concat([octets('02'), name, encodeInt32(text.length), text])
  })
  const body = Buffer.concat([...elements, octets('00')])
  return Buffer.concat([encodeInt32(body.length + 4), body])
}

function encodeInt32(value: number): Buffer {
  const encoded = Buffer.alloc(4)
  encoded.writeInt32LE(value)
  return encoded
}
