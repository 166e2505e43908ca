import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { rfc2822Date, sign, signingKey } from '../../../../../src/duo/index.ts'
import { AuthenticationLog } from '../../../../../src/service/audit/authentication_log.ts'
import { parseResponse, TestService, type TestToken } from '../../../../rig/service.ts'

const auth = '/auth/v2/auth'
const preauth = '/auth/v2/preauth'

describe('Auth API v2', () => {
  let service: TestService
  let aliceId: string
  let token: TestToken
  let counter = 0
  const nextCode = () => token.code(counter++)

  before(async () => {
    service = await TestService.start()
    aliceId = (await service.addUser({ username: 'alice', aliases: ['al'] })).userId
    token = await service.addToken(aliceId)
  })
  after(() => service.close())

  describe('ping and check', () => {
    test('ping needs no signature, and accepts a trailing question mark', async () => {
      const { status, body } = await service.send({ method: 'GET', path: '/auth/v2/ping?' })
      assert.equal(status, 200)
      assert.equal(body.stat, 'OK')
    })

    for (const version of [1, 2, 4, 5] as const) {
      test(`check accepts signature version ${version}`, async () => {
        const integration = await service.addIntegration(version === 1 ? 'unix' : 'authapi')
        const call = { method: 'GET', path: '/auth/v2/check', version, integration } as const
        const answer = await service.call(call)
        assert.deepEqual(parseResponse(answer).capabilities, [
          'auth_without_preauth',
          'prompt_as_typed',
          'http2',
          'polled_results',
          'joined_sign_ins',
          'challenge_response',
          'message_connections',
          ...(version === 1 ? [] : ['proxy_report']),
        ])
      })
    }

    test('accept SHA-1, X-Duo-Date, and POST parameters in the query', async () => {
      const path = '/auth/v2/check'
      const sha1 = await service.call({ method: 'GET', path, version: 2, digest: 'sha1' })
      const duoDate = await service.call({ method: 'GET', path, version: 5, duoDate: true })
      const parameters = { username: 'alice' }
      const inQuery = await service.call({ path: preauth, parameters, inQuery: true })
      assert.deepEqual([sha1.status, duoDate.status, inQuery.status], [200, 200, 200])
    })

    test("send the vendor's headers", async () => {
      const { headers } = await service.call({ method: 'GET', path: '/auth/v2/check' })
      assert.equal(headers['cache-control'], 'no-store')
      assert.equal(headers.pragma, 'no-cache')
      assert.equal(headers['strict-transport-security'], 'max-age=31536000')
      assert.equal(headers['content-type'], 'application/json')
    })
  })

  describe('error codes', () => {
    const check = { method: 'GET', path: '/auth/v2/check' } as const

    test('40101 without credentials', async () => {
      const { status, body } = await service.send(check)
      assert.deepEqual([status, body.code], [401, 40101])
      assert.deepEqual(body, {
        stat: 'FAIL',
        code: 40101,
        message: 'Missing request credentials',
      })
    })

    test('40102 for an unknown integration key', async () => {
      const integration = { ...service.integration, ikey: 'DIAAAAAAAAAAAAAAAAAA' }
      const { status, body } = await service.call({ ...check, integration })
      assert.deepEqual([status, body.code], [401, 40102])
    })

    test('40103 for a wrong signature', async () => {
      const { status, body } = await service.call({ ...check, signature: 'a'.repeat(128) })
      assert.deepEqual([status, body.code], [401, 40103])
    })

    test('40103 for a changed parameter, in each signature version', async () => {
      const parameters = [['username', 'alice']] as const
      const date = rfc2822Date(Date.now())
      const key = signingKey(service.integration.skey.reveal())
      for (const version of [2, 4, 5] as const) {
        const signed = { date, method: 'POST', host: '127.0.0.1', path: preauth }
        const body = '{"username":"alice"}'
        const signature = sign(
          version === 2 ? { ...signed, parameters } : { ...signed, parameters: [], body },
          key,
          version,
        )
        const changed = { username: 'bob' }
        const call = { path: preauth, parameters: changed, date, version, signature }
        assert.equal((await service.call(call)).body.code, 40103)
      }
    })

    test('40105 for a date of ten minutes ago, and for an invalid date', async () => {
      const date = rfc2822Date(Date.now() - 600_000)
      assert.equal((await service.call({ ...check, date })).body.code, 40105)
      assert.equal((await service.call({ ...check, date: 'yesterday' })).body.code, 40105)
    })

    test('40301 for an application of the Admin API', async () => {
      const integration = await service.addIntegration('adminapi')
      const { status, body } = await service.call({ ...check, integration })
      assert.deepEqual(
        [status, body.code, body.message_detail],
        [403, 40301, 'Wrong integration type for this API.'],
      )
    })

    test('40401 for an unknown path, 40501 for another method', async () => {
      const unknown = await service.send({ method: 'GET', path: '/auth/v2/unknown' })
      const other = await service.send({ method: 'DELETE', path: auth })
      assert.deepEqual([unknown.status, unknown.body.code], [404, 40401])
      assert.deepEqual([other.status, other.body.code], [405, 40501])
      for (const path of ['/auth/v2/*%00', '/auth/v2/:a*b', '/*/check']) {
        const pattern = await service.send({ method: 'GET', path })
        assert.deepEqual([pattern.status, pattern.body.code], [404, 40401], path)
      }
    })

    test('40401 for bypass_codes, which libduo requests', async () => {
      const parameters = { username: 'alice', count: '1', valid_secs: '3600' }
      const { status, body } = await service.call({ path: '/auth/v2/bypass_codes', parameters })
      assert.deepEqual([status, body.code], [404, 40401])
    })

    test('40401 for the logo if none is configured', async () => {
      const { body } = await service.call({ method: 'GET', path: '/auth/v2/logo' })
      assert.equal(body.code, 40401)
    })

    for (const [name, parameters, code, detail] of [
      ['no user', { factor: 'push' }, 40001, 'username'],
      ['two users', { username: 'alice', user_id: 'DU', factor: 'push' }, 40002, 'username'],
      ['an unknown user id', { user_id: 'DUAAAAAAAAAAAAAAAAAA', factor: 'push' }, 40002, 'user_id'],
      ['no factor', { username: 'alice' }, 40001, 'factor'],
      ['an unknown factor', { username: 'alice', factor: 'smoke' }, 40002, 'factor'],
      ['no passcode', { username: 'alice', factor: 'passcode' }, 40001, 'passcode'],
      ['no prompt', { username: 'alice', factor: 'prompt' }, 40001, 'prompt'],
      [
        'no device',
        { username: 'alice', factor: 'push', device: 'auto' },
        40002,
        'no capable device',
      ],
      ['no phone', { username: 'alice', factor: 'sms', device: 'DP' }, 40002, 'no capable device'],
    ] as const) {
      test(`${code} ${detail} for ${name}`, async () => {
        const { status, body } = await service.call({ path: auth, parameters })
        assert.deepEqual([status, body.code, body.message_detail], [400, code, detail])
      })
    }

    test('40002 for a body that is too large', async () => {
      const large = await service.send({ method: 'POST', path: auth, body: 'a'.repeat(70_000) })
      assert.deepEqual([large.status, large.body.code], [400, 40002])
    })
  })

  describe('preauth', () => {
    test('returns a prompt if requested', async () => {
      const parameters = { username: 'AL', text_prompt: '1' }
      const response = parseResponse(await service.call({ path: preauth, parameters }))
      assert.equal(response.result, 'auth')
      assert.equal(response.status_msg, 'Account is active')
      assert.deepEqual(response.prompt, {
        text: 'Duo two-factor login for alice\n\nPasscode: ',
        factors: {},
      })
    })

    test('answers enroll, allow or deny for an unknown user by policy', async () => {
      const results = []
      for (const policy of ['enroll', 'allow', 'deny'] as const) {
        const integration = await service.addIntegration('radius', policy)
        const parameters = { username: 'nobody' }
        results.push(
          parseResponse(await service.call({ path: preauth, parameters, integration })).result,
        )
      }
      assert.deepEqual(results, ['enroll', 'allow', 'deny'])
    })

    test('allows a bypass user, and denies a disabled one', async () => {
      await service.addUser({ username: 'bypassed', status: 'bypass' })
      await service.addUser({ username: 'disabled', status: 'disabled' })
      const resultFor = async (username: string) =>
        parseResponse(await service.call({ path: preauth, parameters: { username } })).result
      assert.deepEqual(
        [await resultFor('bypassed'), await resultFor('disabled')],
        ['allow', 'deny'],
      )
    })

    test('accepts any text as address and host name', async () => {
      for (const ipaddr of ['2001:db8::1 50000 2001:db8::2 22', '999.1.1.1', 'a\u0007b', '🙂']) {
        const parameters = { username: 'alice', ipaddr, hostname: ipaddr }
        assert.equal((await service.call({ path: preauth, parameters })).status, 200)
      }
    })
  })

  describe('auth', () => {
    test('accepts a passcode once', async () => {
      const parameters = { username: 'alice', factor: 'passcode', passcode: nextCode() }
      const first = parseResponse(await service.call({ path: auth, parameters }))
      const second = parseResponse(await service.call({ path: auth, parameters }))
      assert.deepEqual(first, {
        result: 'allow',
        status: 'allow',
        status_msg: 'Success. Logging you in...',
      })
      assert.deepEqual([second.result, second.status], ['deny', 'deny'])
      assert.equal(
        second.status_msg,
        'This passcode has already been used. Please generate a new passcode and try again.',
      )
    })

    test('accepts a prompt as typed, in JSON', async () => {
      const code = nextCode()
      const prompt = ` ${code.slice(0, 3)} ${code.slice(3)} `
      const parameters = { username: 'alice', factor: 'prompt', prompt }
      const response = parseResponse(await service.call({ path: auth, parameters, version: 5 }))
      assert.equal(response.result, 'allow')
    })

    test('accepts a bypass code once', async () => {
      const [code = ''] = await service.addBypassCodes(aliceId, 1)
      const parameters = { user_id: aliceId, factor: 'passcode', passcode: code }
      assert.equal(parseResponse(await service.call({ path: auth, parameters })).result, 'allow')
      assert.equal(parseResponse(await service.call({ path: auth, parameters })).result, 'deny')
    })

    test('accepts a passcode once among 50 simultaneous requests', async () => {
      const parameters = { username: 'alice', factor: 'passcode', passcode: nextCode() }
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => service.call({ path: auth, parameters })),
      )
      const allowed = answers.filter((answer) => parseResponse(answer).result === 'allow')
      assert.equal(allowed.length, 1)
    })

    test('applies bypass, disabled and new-user rules without preauth', async () => {
      const resultFor = async (username: string) => {
        const parameters = { username, factor: 'passcode', passcode: '123456' }
        const { result, status } = parseResponse(await service.call({ path: auth, parameters }))
        return [result, status]
      }
      assert.deepEqual(await resultFor('bypassed'), ['allow', 'bypass'])
      assert.deepEqual(await resultFor('disabled'), ['deny', 'deny'])
      assert.deepEqual(await resultFor('nobody'), ['deny', 'deny'])
    })

    test('returns the enrolment link without preauth, for factor prompt only', async () => {
      const portal = async (more: Readonly<Record<string, string>>) => {
        const parameters = { username: 'newcomer', ...more }
        const response = parseResponse(await service.call({ path: auth, parameters }))
        assert.equal(response.result, 'deny')
        return String(response.enroll_portal_url)
      }
      const url = await portal({ factor: 'prompt', prompt: 'push' })
      assert.match(url, /^https:\/\/.+\/portal#\/enroll\/\w{22}$/)
      assert.equal(await portal({ factor: 'push', device: 'auto' }), 'undefined')
    })

    test('returns a txid for async, which only the same application can poll', async () => {
      const parameters = { username: 'alice', factor: 'passcode', passcode: nextCode(), async: '1' }
      const { txid } = parseResponse(await service.call({ path: auth, parameters }))
      const poll = {
        method: 'GET',
        path: '/auth/v2/auth_status',
        parameters: { txid: String(txid) },
      } as const
      assert.deepEqual(parseResponse(await service.call(poll)), {
        auth_delayed: false,
        result: 'allow',
        status: 'allow',
        status_msg: 'Success. Logging you in...',
      })
      const integration = await service.addIntegration('authapi')
      const other = await service.call({ ...poll, integration })
      assert.deepEqual([other.body.code, other.body.message_detail], [40002, 'txid'])
    })

    test('writes one log entry per sign-in', async () => {
      const log = new AuthenticationLog()
      const before = await log.list({ limit: 1000 }, service.store.db)
      const parameters = { username: 'alice', ipaddr: '192.0.2.1', hostname: 'desk' }
      await service.call({
        path: auth,
        parameters: { ...parameters, factor: 'passcode', passcode: nextCode() },
      })
      const [line, ...others] = await log.list({ limit: 1000 }, service.store.db)
      assert.equal(others.length, before.length)
      assert.equal(line?.username, 'alice')
      assert.equal(line?.result, 'success')
      assert.equal(line?.reason, 'valid_passcode')
      assert.equal(line?.ipaddr, '192.0.2.1')
    })
  })

  describe('enroll', () => {
    test('creates a user with an activation code', async () => {
      const parameters = { username: 'newcomer', bypass_codes: '2' }
      const enrolled = parseResponse(await service.call({ path: '/auth/v2/enroll', parameters }))
      assert.match(String(enrolled.activation_code), /^duo:\/\/[A-Za-z0-9]{20}-[\w-]+$/)
      assert.equal(Array.isArray(enrolled.bypass_codes) && enrolled.bypass_codes.length, 2)
      const status = await service.call({
        path: '/auth/v2/enroll_status',
        parameters: {
          user_id: String(enrolled.user_id),
          activation_code: String(enrolled.activation_code),
        },
      })
      assert.equal(status.body.response, 'waiting')
      const invalid = await service.call({
        path: '/auth/v2/enroll_status',
        parameters: { user_id: String(enrolled.user_id), activation_code: 'duo://x-y' },
      })
      assert.equal(invalid.body.response, 'invalid')
    })

    test('generates a username of 32 digits, and answers 40002 for an existing one', async () => {
      const nameless = parseResponse(await service.call({ path: '/auth/v2/enroll' }))
      assert.match(String(nameless.username), /^[0-9a-f]{32}$/)
      const { status, body } = await service.call({
        path: '/auth/v2/enroll',
        parameters: { username: 'Alice' },
      })
      assert.deepEqual(
        [status, body.code, body.message_detail],
        [400, 40002, 'username already exists'],
      )
    })
  })

  test('serves healthz and metrics', async () => {
    const health = await service.send({ method: 'GET', path: '/healthz' })
    assert.deepEqual([health.status, health.body.status], [200, 'ok'])
    const metrics = await service.send({ method: 'GET', path: '/metrics' })
    assert.match(
      metrics.text,
      /countersign_http_requests_total\{endpoint="\/auth\/v2\/auth",status="200"\} \d+/,
    )
  })
})
