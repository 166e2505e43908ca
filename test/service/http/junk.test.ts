import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { TestService } from '../../rig/service.ts'

const names = [
  'username',
  'user_id',
  'factor',
  'device',
  'passcode',
  'prompt',
  'ipaddr',
  'hostname',
  'async',
  'txid',
  'valid_secs',
  'bypass_codes',
  'activation_code',
  'pushinfo',
]
const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('alice', 'passcode', 'prompt', 'push2', '1', '0', 'true', 'auto', '-1', '1e9'),
)
const calls = fc.record({
  path: fc.constantFrom('auth', 'preauth', 'enroll', 'enroll_status', 'auth_status'),
  parameters: fc.dictionary(fc.constantFrom(...names), value, { noNullPrototype: true }),
  version: fc.constantFrom(1, 2, 4, 5),
})

describe('junk', () => {
  let service: TestService

  before(async () => {
    service = await TestService.start()
    const { userId } = await service.addUser({ username: 'alice' })
    await service.addToken(userId)
  })
  after(() => service.close())

  test('signed parameters of any kind are never a failure of the service', async () => {
    await fc.assert(
      fc.asyncProperty(calls, async ({ path, parameters, version }) => {
        const { status, body } = await service.call({
          method: path === 'auth_status' ? 'GET' : 'POST',
          path: `/auth/v2/${path}`,
          parameters,
          version,
        })
        assert.ok(status === 200 || status === 400, `HTTP ${status}`)
        assert.equal(body.stat, status === 200 ? 'OK' : 'FAIL')
      }),
      { numRuns: 300 },
    )
  })

  test('requests of any kind that nobody has signed are refused in the envelope', async () => {
    const header = fc.string({ unit: 'grapheme-ascii', maxLength: 60 }).map((text) => text.trim())
    const request = fc.record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'),
      path: fc.webPath().map((path) => (path.startsWith('/') ? path : `/${path}`)),
      body: fc.string({ unit: 'binary', maxLength: 200 }),
      authorization: header,
      contentType: header,
    })
    await fc.assert(
      fc.asyncProperty(request, async ({ method, path, body, authorization, contentType }) => {
        const headers = { authorization, 'content-type': contentType }
        const answer = await service.send({ method, path: `/auth/v2${path}`, body, headers })
        assert.ok(answer.status >= 400 && answer.status < 500, `HTTP ${answer.status}`)
        assert.equal(answer.body.stat, 'FAIL')
      }),
      { numRuns: 200 },
    )
  })
})
