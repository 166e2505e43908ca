import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { RadiusServerSection } from '../../src/proxy/config/proxy_config.ts'
import { AuthApiDouble, type Doing, fail } from '../rig/auth_api_double.ts'
import { ProxyAtWork, type Reply, sectionFor } from '../rig/proxy_at_work.ts'

type Override = Partial<RadiusServerSection>

describe('failmode', () => {
  let api: AuthApiDouble
  let other: AuthApiDouble
  let refusing: number

  before(async () => {
    api = await AuthApiDouble.start()
    other = await AuthApiDouble.start()
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    refusing = address !== null && typeof address === 'object' ? address.port : 0
    server.close()
    await once(server, 'close')
  })
  beforeEach(() => api.reset())
  after(async () => {
    await api.close()
    await other.close()
  })

  /** One sign-in through a proxy of its own, and what it logged. */
  async function signIn(
    failmode: 'safe' | 'secure',
    override: Override = {},
  ): Promise<{ reply: Reply | undefined; log: ProxyAtWork['log'] }> {
    const proxy = await ProxyAtWork.start(
      sectionFor(api, { failmode, apiTimeoutSecs: 2, ...override }),
    )
    try {
      return { reply: await proxy.signIn('alice', 'push'), log: proxy.log }
    } finally {
      api.release({ result: 'deny', status: 'deny', status_msg: 'too late' })
      await proxy.stop()
    }
  }

  /** The API can't be asked: failmode decides. */
  const unreachable: readonly (readonly [string, () => Override, (() => void)?])[] = [
    ['the name of the API is not found', () => ({ apiHost: 'no-such-host.invalid' })],
    ['the connection is refused', () => ({ apiPort: refusing })],
    ['its certificate is from somebody else', () => ({ httpCaCertsFile: other.caFile })],
    ['the HTTP proxy is down', () => ({ httpProxyHost: '127.0.0.1', httpProxyPort: refusing })],
    ['preauth gets HTTP 500', () => ({}), () => doing('preauth', { status: 500, body: 'oops' })],
    ['preauth gets no answer in time', () => ({}), () => doing('preauth', 'hang')],
    ['preauth is cut off', () => ({}), () => doing('preauth', 'reset')],
    ['auth gets HTTP 503', () => ({}), () => doing('auth', { status: 503, body: '' })],
  ]
  for (const [name, override, prepare] of unreachable) {
    test(`${name}: safe lets in, loudly; secure rejects`, async () => {
      prepare?.()
      const safe = await signIn('safe', override())
      assert.equal(safe.reply?.accepted, true)
      assert(safe.log.has('Failmode Safe - Allowed Duo login on preauth failure'))
      assert(safe.log.has('let in without a second factor'))
      const secure = await signIn('secure', override())
      assert.equal(secure.reply?.accepted, false)
      assert(secure.log.has('Failmode Secure - Denied Duo login on preauth failure'))
    })
  }

  /** The API decided, or may have: a rejection in either mode. */
  const decided: readonly (readonly [string, 'preauth' | 'auth', Doing])[] = [
    ['preauth says 401', 'preauth', fail(40103, 'Invalid signature in request credentials')],
    [
      'preauth says 403',
      'preauth',
      fail(40301, 'Access forbidden', 'Wrong integration type for this API.'),
    ],
    ['preauth says 400', 'preauth', fail(40002, 'Invalid request parameters', 'username')],
    [
      'preauth keeps saying 429',
      'preauth',
      { ...fail(42901, 'Too Many Requests'), headers: { 'retry-after': '60' } },
    ],
    [
      'preauth says stat FAIL with HTTP 200',
      'preauth',
      { status: 200, body: '{"stat":"FAIL","code":1000,"message":"no"}' },
    ],
    [
      'preauth says something unknown',
      'preauth',
      { response: { result: 'perhaps', status_msg: '' } },
    ],
    ['preauth answers garbage', 'preauth', { status: 200, body: '<html>' }],
    [
      'auth says deny',
      'auth',
      { response: { result: 'deny', status: 'deny', status_msg: 'Login request denied.' } },
    ],
    [
      'auth says something unknown',
      'auth',
      { response: { result: 'ALLOW', status: 'allow', status_msg: '' } },
    ],
    ['auth answers garbage', 'auth', { status: 200, body: 'allow' }],
    ['nobody answers the push in time', 'auth', 'hang'],
    ['the answer to the push is cut off', 'auth', 'reset'],
  ]
  for (const [name, call, answer] of decided) {
    test(`${name}: rejected, also with safe`, async () => {
      doing(call, answer)
      for (const failmode of ['safe', 'secure'] as const) {
        const { reply, log } = await signIn(failmode)
        assert.equal(reply?.accepted, false)
        assert(!log.has('let in without'), log.lines.join('\n'))
      }
    })
  }

  test('auth is never sent again once it may have been received', async () => {
    for (const answer of ['reset', { status: 500, body: '' }] satisfies Doing[]) {
      api.reset()
      doing('auth', answer)
      await signIn('secure')
      assert.equal(api.asked('/auth/v2/auth').length, 1)
    }
  })

  test('429 is waited for as Retry-After says', async () => {
    let times = 0
    api.preauth = () => {
      times++
      return times === 1
        ? { ...fail(42901, 'Too Many Requests'), headers: { 'retry-after': '1' } }
        : { response: { result: 'allow', status_msg: 'Bypass' } }
    }
    const { reply } = await signIn('secure', { apiTimeoutSecs: 10 })
    assert.deepEqual([reply?.accepted, times], [true, 2])
  })

  function doing(call: 'preauth' | 'auth', answer: Doing): void {
    api[call] = () => answer
  }
})
