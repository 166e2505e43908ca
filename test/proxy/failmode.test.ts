import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { after, afterEach, before, beforeEach, describe, type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { RadiusServerDuoOnly } from '../../src/proxy/sections/proxy_config.ts'
import { AuthApiDouble, type Doing, deny, fail } from '../rig/auth_api_double.ts'
import { LoadBalancer } from '../rig/load_balancer.ts'
import { ProxyAtWork, type Reply, sectionFor } from '../rig/proxy_at_work.ts'

type Override = Partial<RadiusServerDuoOnly>

interface SignIn {
  readonly reply: Reply | undefined
  readonly proxy: ProxyAtWork
}

const tooLate = { result: 'deny', status: 'deny', status_msg: 'too late' }
const unavailable: Doing = { status: 503, body: '' }

describe('failmode', () => {
  let api: AuthApiDouble
  let other: AuthApiDouble
  let silent: Server
  const silentSockets = new Set<Socket>()
  let refusing: number

  before(async () => {
    api = await AuthApiDouble.start()
    other = await AuthApiDouble.start()
    silent = createServer((socket) => silentSockets.add(socket.on('error', () => {})))
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    refusing = findPort(server)
    server.close()
    await once(server, 'close')
  })
  beforeEach(() => api.reset())
  afterEach(() => api.release(tooLate))
  after(async () => {
    await api.close()
    await other.close()
    for (const socket of silentSockets) socket.destroy()
    silent.close()
  })

  /** An API for one test, so that tests that wait can run at the same time. */
  async function ownApi(t: TestContext): Promise<AuthApiDouble> {
    const own = await AuthApiDouble.start()
    t.after(async () => {
      own.release(tooLate)
      await own.close()
    })
    return own
  }

  /** One sign-in through a new proxy. */
  async function signIn(
    failmode: 'safe' | 'secure',
    override: Override = {},
    asked: AuthApiDouble = api,
  ): Promise<SignIn> {
    const proxy = await ProxyAtWork.start(sectionFor(asked, { failmode, ...override }))
    try {
      return { reply: await proxy.signIn('alice', 'push', { timeoutMs: 20_000 }), proxy }
    } finally {
      await proxy.stop()
    }
  }

  /** The proxy gets no answer to anything. */
  const outages: readonly (
    | readonly [string, () => Override, 'preauth' | 'auth', Doing]
    | readonly [string, () => Override]
  )[] = [
    ['the name of the API cannot be resolved', () => ({ apiHost: 'no-such-host.invalid' })],
    ['the connection is refused', () => ({ apiPort: refusing })],
    ['its certificate is issued by another CA', () => ({ httpCaCertsFile: other.caFile })],
    ['the HTTP proxy is down', () => ({ httpProxyHost: '127.0.0.1', httpProxyPort: refusing })],
    ['connections are accepted but stay silent', () => ({ apiPort: findPort(silent) })],
    ['preauth gets HTTP 500', () => ({}), 'preauth', unavailable],
    ['preauth gets no answer', () => ({}), 'preauth', 'hang'],
    ['preauth is cut off', () => ({}), 'preauth', 'reset'],
    ['auth gets HTTP 503', () => ({}), 'auth', unavailable],
  ]
  describe('in an outage', { concurrency: true }, () => {
    for (const [name, override, call, answer] of outages) {
      test(`${name}, and check fails: safe accepts with a warning, secure rejects`, async (t) => {
        const own = await ownApi(t)
        if (call !== undefined && answer !== undefined) own[call] = () => answer
        own.check = () => (name.includes('no answer') ? 'hang' : unavailable)
        const [safe, secure] = await Promise.all([
          signIn('safe', override(), own),
          signIn('secure', override(), own),
        ])
        assert.equal(safe.reply?.accepted, true)
        assert(safe.proxy.log.has('Failmode Safe - Allowed Duo login on preauth failure'))
        assert(safe.proxy.log.has('let in without a second factor'))
        const [event] = safe.proxy.events
        assert.equal(event?.grounds, 'failmode safe')
        assert.match(String(event?.evidence), /check failed: \w+: /)
        assert.equal(safe.proxy.proxy.signIns.get('radius_server_duo_only')?.failOpens, 1)
        assert.equal(secure.reply?.accepted, false)
        assert(secure.proxy.log.has('Failmode Secure - Denied Duo login on preauth failure'))
        assert.equal(secure.proxy.events[0]?.grounds, null)
      })
    }
  })

  /** A login's call fails, while the API answers `check`. */
  const notOutages: readonly (readonly [string, 'preauth' | 'auth', Doing])[] = [
    ['preauth gets HTTP 500', 'preauth', { status: 500, body: 'oops' }],
    ['preauth gets HTTP 502', 'preauth', { status: 502, body: '' }],
    ['preauth gets no answer', 'preauth', 'hang'],
    ['preauth is cut off', 'preauth', 'reset'],
    ['auth gets HTTP 500', 'auth', { status: 500, body: 'oops' }],
  ]
  describe('without an outage', { concurrency: true }, () => {
    for (const [name, call, answer] of notOutages) {
      test(`${name}, and check is answered: rejects as busy, also with safe`, async (t) => {
        const own = await ownApi(t)
        own[call] = () => answer
        const { reply, proxy } = await signIn('safe', { apiTimeoutSecs: 2 }, own)
        assert.deepEqual(reply, {
          accepted: false,
          message: 'The sign-in service is busy. Please try again.',
        })
        assert(!proxy.log.has('let in without'), proxy.log.lines.join('\n'))
        assert.equal(proxy.proxy.signIns.get('radius_server_duo_only')?.busy, 1)
      })
    }
  })

  test('rejects, also with safe, if check fails but another user gets an answer', async () => {
    api.check = () => unavailable
    api.preauth = ({ username }) =>
      username === 'alice' ? 'hang' : { response: { result: 'allow', status_msg: 'Bypass' } }
    const proxy = await ProxyAtWork.start(sectionFor(api, { failmode: 'safe', apiTimeoutSecs: 2 }))
    const alice = proxy.signIn('alice', 'push')
    await api.askedTimes('/auth/v2/preauth', 1)
    assert.equal((await proxy.signIn('bob', 'push'))?.accepted, true)
    assert.equal((await alice)?.accepted, false)
    await proxy.stop()
  })

  test('rejects, also with safe, if kept connections are dead but the API accepts new ones', async () => {
    const way = await LoadBalancer.start()
    way.leadTo(api.port)
    const proxy = await ProxyAtWork.start(
      sectionFor(api, { apiPort: way.port, failmode: 'safe', apiTimeoutSecs: 2 }),
    )
    assert.equal((await proxy.signIn('alice', '123456'))?.accepted, true)
    api.auth = () => deny
    way.goSilent()
    assert.equal((await proxy.signIn('alice', '123456'))?.accepted, false)
    assert(!proxy.log.has('let in without'), proxy.log.lines.join('\n'))
    // this one uses new connections
    assert.equal((await proxy.signIn('alice', '123456'))?.message, 'Login request denied.')
    await proxy.stop()
    await way.close()
  })

  test('does not apply a short api_timeout to check', async () => {
    const proxy = await ProxyAtWork.start(sectionFor(api, { failmode: 'safe', apiTimeoutSecs: 1 }))
    await api.askedTimes('/auth/v2/check', 1)
    respond('preauth', 'hang')
    api.check = () => 'hang'
    const alice = proxy.signIn('alice', '123456')
    await api.askedTimes('/auth/v2/check', 2)
    // longer than api_timeout
    await delay(1_500)
    api.release({ time: 1 })
    assert.equal((await alice)?.accepted, false)
    await proxy.stop()
  })

  test('rejects usernames that cause HTTP 500, also with safe', async () => {
    api.preauth = ({ username }) =>
      username?.startsWith('poison')
        ? { status: 500, body: '' }
        : { response: { result: 'allow', status_msg: 'Bypass' } }
    const proxy = await ProxyAtWork.start(sectionFor(api, { failmode: 'safe' }))
    const names = Array.from({ length: 40 }, (_, index) => `poison${index}`)
    const replies = await Promise.all(names.map((name) => proxy.signIn(name, '123456')))
    assert.deepEqual([...new Set(replies.map((reply) => reply?.accepted))], [false])
    assert.equal((await proxy.signIn('bob', 'push'))?.accepted, true)
    await proxy.stop()
  })

  test('rejects a login that waits too long for a free connection', async () => {
    respond('preauth', 'hang')
    const proxy = await ProxyAtWork.start(
      sectionFor(api, { failmode: 'safe', apiTimeoutSecs: 2, apiMaxConnections: 1 }),
    )
    const replies = await Promise.all(
      ['alice', 'bob', 'carol'].map((name) => proxy.signIn(name, '123456')),
    )
    assert.deepEqual(
      replies.map((reply) => reply?.accepted),
      [false, false, false],
    )
    assert(proxy.log.has('overload: no free connection'))
    await proxy.stop()
  })

  test('serves other users during a burst of logins of one user', async () => {
    api.preauth = ({ username }) =>
      username === 'alice' ? 'hang' : { response: { result: 'allow', status_msg: 'Bypass' } }
    const proxy = await ProxyAtWork.start(sectionFor(api, { apiTimeoutSecs: 2 }))
    const burst = Array.from({ length: 100 }, (_, index) => proxy.signIn('alice', `${index}`))
    assert.equal((await proxy.signIn('bob', '123456'))?.accepted, true)
    await Promise.all(burst)
    const asked = api.asked('/auth/v2/preauth').filter(({ username }) => username === 'alice')
    assert.equal(asked.length, 32)
    await proxy.stop()
  })

  test('lets calls wait for a kept connection instead of opening more', async () => {
    const proxy = await ProxyAtWork.start(sectionFor(api, { apiMaxConnections: 4 }))
    let open = 0
    let maxOpen = 0
    api.preauth = () => {
      open++
      maxOpen = Math.max(maxOpen, open)
      setImmediate(() => open--)
      return { response: { result: 'allow', status_msg: 'Bypass' } }
    }
    const names = Array.from({ length: 200 }, (_, index) => `user${index}`)
    const replies = await Promise.all(names.map((name) => proxy.signIn(name, '123456')))
    assert.equal(replies.filter((reply) => reply?.accepted).length, 200)
    assert(maxOpen <= 4, `${maxOpen} at once`)
    // four, and the one of check
    assert(api.connections <= 5, `${api.connections} connections`)
    await proxy.stop()
  })

  /** The API has decided, or may have: both modes reject, even while check fails. */
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
    ['the user does not answer the push in time', 'auth', 'hang'],
    ['a gateway times out before the user answers the push', 'auth', { status: 504, body: '' }],
    ['Cloudflare times out before the user answers the push', 'auth', { status: 524, body: '' }],
    ['the answer to the push is cut off', 'auth', 'reset'],
  ]
  describe('after a decision of the API', { concurrency: true }, () => {
    for (const [name, call, answer] of decided) {
      test(`${name}: rejects, also with safe`, async (t) => {
        const own = await ownApi(t)
        own[call] = () => answer
        own.check = () => unavailable
        // a busy machine may need longer than that for an answer, which would count as an outage
        const limit = answer === 'hang' ? { apiTimeoutSecs: 2 } : {}
        const both = await Promise.all([signIn('safe', limit, own), signIn('secure', limit, own)])
        for (const { reply, proxy } of both) {
          assert.equal(reply?.accepted, false, proxy.log.lines.join('\n'))
          assert(!proxy.log.has('let in without'), proxy.log.lines.join('\n'))
        }
      })
    }
  })

  test('does not send auth again once the API may have received it', async () => {
    for (const answer of ['reset', { status: 500, body: '' }] satisfies Doing[]) {
      api.reset()
      respond('auth', answer)
      await signIn('secure')
      assert.equal(api.asked('/auth/v2/auth').length, 1)
    }
  })

  test('waits after 429 as Retry-After says', async () => {
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

  test('asks an API that has recovered at once', async () => {
    respond('preauth', unavailable)
    api.check = () => unavailable
    const proxy = await ProxyAtWork.start(sectionFor(api, { failmode: 'safe' }))
    assert.equal((await proxy.signIn('alice', '123456'))?.accepted, true)
    api.reset()
    api.auth = () => ({ response: { result: 'deny', status: 'deny', status_msg: 'Incorrect' } })
    assert.equal((await proxy.signIn('alice', '123456'))?.accepted, false)
    await proxy.stop()
  })

  function respond(call: 'preauth' | 'auth', answer: Doing): void {
    api[call] = () => answer
  }
})

function findPort(server: Server): number {
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : 0
}
