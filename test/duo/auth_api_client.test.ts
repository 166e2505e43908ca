import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createSecureServer, type ServerHttp2Stream } from 'node:http2'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { AuthApiClient, type AuthApiClientOptions } from '../../src/duo/https/auth_api_client.ts'
import { sharedConnections } from '../../src/duo/index.ts'
import { systemClock } from '../../src/host/clock.ts'
import { silentLog } from '../../src/host/log.ts'
import { Secret } from '../../src/host/secret.ts'
import { AuthApiDouble, fail, testIkey, testSkey } from '../rig/auth_api_double.ts'
import { LoadBalancer } from '../rig/load_balancer.ts'
import { until } from '../rig/until.ts'

const push = { username: 'alice', factor: 'push', device: 'auto' }

describe('the Auth API client', () => {
  let api: AuthApiDouble
  const clients: AuthApiClient[] = []
  before(async () => {
    api = await AuthApiDouble.start()
  })
  beforeEach(() => api.reset())
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close()
    api.release({})
  })
  after(() => api.close())

  function openClient(options: Partial<AuthApiClientOptions> = {}): AuthApiClient {
    const client = new AuthApiClient({
      ikey: testIkey,
      skey: new Secret(testSkey),
      host: 'localhost',
      port: api.port,
      caFile: api.caFile,
      timeoutSecs: 0,
      maxConnections: 1,
      maxWaiting: 10_000,
      userAgent: 'test',
      log: silentLog,
      clock: systemClock,
      ...options,
    })
    clients.push(client)
    return client
  }

  test('keeps its timeouts if the system clock is set back', async () => {
    let now = Date.now()
    const client = openClient({ clock: { now: () => now }, timeoutSecs: 1 })
    api.preauth = () => 'hang'
    const first = client.preauth({ username: 'alice' })
    // waits for the only connection
    const second = client.preauth({ username: 'bob' })
    await api.askedTimes('/auth/v2/preauth', 1)
    now -= 3_600_000
    await delay(300)
    api.release({ result: 'allow', status_msg: '' })
    await first
    await assert.rejects(second, { reason: 'timeout', mayHaveBeenReceived: true })
  })

  test('connects to an API whose host is an address', async () => {
    const client = openClient({ host: '127.0.0.1' })
    assert.equal((await client.preauth({ username: 'alice' })).result, 'auth')
  })

  test('cancels a call that waits for its retry when it closes', async () => {
    api.auth = () => ({ ...fail(42901, 'Too Many Requests'), headers: { 'retry-after': '20' } })
    const client = openClient()
    const rejected = assert.rejects(client.auth(push), {
      reason: 'cancelled',
      mayHaveBeenReceived: false,
    })
    await api.askedTimes('/auth/v2/auth', 1)
    await delay(50)
    await client.close()
    await rejected
  })

  test('does not send a call that was already cancelled', async () => {
    const signal = AbortSignal.abort()
    await assert.rejects(openClient().preauth({ username: 'alice' }, { signal }), {
      reason: 'cancelled',
      mayHaveBeenReceived: false,
    })
    assert.equal(api.asked('/auth/v2/preauth').length, 0)
  })

  test('does not resend auth if TLS fails after it was sent over HTTP/2', async () => {
    const server = createSecureServer({
      allowHTTP1: true,
      cert: readFileSync(api.caFile),
      key: readFileSync(join(api.folder, 'key.pem')),
    })
    const received: string[] = []
    server.on('request', (request, response) => {
      received.push(request.url)
      const capabilities = [sharedConnections]
      if (request.url !== '/auth/v2/check') return
      response.end(JSON.stringify({ stat: 'OK', response: { time: 1, capabilities } }))
    })
    const streams: ServerHttp2Stream[] = []
    server.on('stream', (stream) => streams.push(stream.on('error', () => {})))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = server.address()
    assert(address !== null && typeof address === 'object')
    const balancer = await LoadBalancer.start()
    balancer.leadTo(address.port)
    const client = openClient({ port: balancer.port, timeoutSecs: 5 })
    await client.check()
    const rejected = assert.rejects(client.auth(push), { mayHaveBeenReceived: true })
    await until(() => streams.length > 0)
    balancer.garble()
    await rejected
    assert.deepEqual(received, ['/auth/v2/check', '/auth/v2/auth'])
    await client.close()
    await balancer.close()
    server.close()
  })
})
