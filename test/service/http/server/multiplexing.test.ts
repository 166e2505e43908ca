import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { createServer } from 'node:https'
import { after, before, describe, test } from 'node:test'
import { connect } from 'node:tls'
import { AuthApiClient } from '../../../../src/duo/https/auth_api_client.ts'
import { authorization, sign, signingKey } from '../../../../src/duo/signature.ts'
import { systemClock } from '../../../../src/host/clock.ts'
import { silentLog } from '../../../../src/host/log.ts'
import { defaultConfig } from '../../../../src/service/config/service_config.ts'
import {
  makeAuthority,
  makeServerCertificate,
} from '../../../../src/service/http/server/certificate_authority.ts'
import { Connections } from '../../../../src/service/http/server/connections.ts'
import { Multiplexing, protocols } from '../../../../src/service/http/server/multiplexing.ts'
import { untilGauge } from '../../../rig/gauge.ts'
import { LoadBalancer } from '../../../rig/load_balancer.ts'
import type { PushPhone } from '../../../rig/push_phone.ts'
import { TestService } from '../../../rig/service.ts'

const calls = 150
const auth = '/auth/v2/auth'
const type = { 'content-type': 'application/x-www-form-urlencoded' }
const push = { username: 'alice', factor: 'push', device: 'auto' }

describe('calls on shared connections', () => {
  let service: TestService
  let phone: PushPhone
  let balancer: LoadBalancer
  let client: AuthApiClient

  before(async () => {
    const { push } = defaultConfig('.')
    const unlimited = { ...push, fatigue: { ...push.fatigue, limit: 0 } }
    service = await TestService.start({ config: { push: unlimited } })
    const { userId } = await service.addUser({ username: 'alice' })
    phone = await service.addPushPhone(userId)
    balancer = await LoadBalancer.start()
    balancer.leadTo(service.port)
    client = clientAt(balancer.port)
  })
  after(async () => {
    await client.close()
    await balancer.close()
    await service.close()
  })

  const clientAt = (port: number) =>
    new AuthApiClient({
      ikey: service.integration.ikey,
      skey: service.integration.skey,
      host: 'localhost',
      port,
      caFile: service.service.caFile,
      timeoutSecs: 0,
      maxConnections: 64,
      maxWaiting: 10_000,
      userAgent: 'test',
      log: silentLog,
      clock: systemClock,
    })
  const pendingTxids = async () => (await phone.requests()).map(({ txid }) => String(txid))

  test('negotiates HTTP/1 with clients that offer it', async () => {
    const negotiate = async (...offered: string[]) => {
      const socket = connect({
        ...{ host: '127.0.0.1', port: service.port, ca: service.ca },
        ALPNProtocols: offered,
      })
      await once(socket, 'secureConnect')
      socket.destroy()
      return socket.alpnProtocol
    }
    assert.equal(await negotiate('h2', 'http/1.1'), 'http/1.1')
    assert.equal(await negotiate('http/1.0'), 'http/1.0')
    assert.equal(await negotiate('h2'), 'h2')
  })

  test('polls each result on a connection until the API announces shared ones', async () => {
    const waiting = Array.from({ length: 5 }, () => client.auth(push))
    await untilGauge(service, 'waiting_calls', 5)
    // five that began the calls, and five polls
    assert.equal(balancer.connections, 10)
    for (const txid of await pendingTxids()) await phone.answer(txid, 'deny')
    await Promise.all(waiting)
  })

  test('carries a hundred waiting calls on one connection', async () => {
    // check uses another connection
    await client.check()
    const before = balancer.connections
    const waiting = Array.from({ length: calls }, () => client.auth(push))
    await untilGauge(service, 'waiting_calls', calls)
    // the first connection carries 8 calls until its first signed request, so another may open; messages
    // have a connection of their own
    assert.ok(balancer.connections - before <= Math.ceil(calls / 100) + 2)
    const txids = await pendingTxids()
    assert.equal(txids.length, calls)
    for (const [index, txid] of txids.entries()) {
      await phone.answer(txid, index % 3 === 0 ? 'approve' : 'deny')
    }
    const results = (await Promise.all(waiting)).map(({ result }) => result)
    assert.equal(results.filter((result) => result === 'allow').length, calls / 3)
  })

  test('ends calls whose client disconnects', async () => {
    const leaving = clientAt(balancer.port)
    await leaving.check()
    const waiting = Promise.allSettled(Array.from({ length: 20 }, () => leaving.auth(push)))
    await untilGauge(service, 'waiting_calls', 20)
    await leaving.close()
    await waiting
    await untilGauge(service, 'waiting_calls', 0)
  })

  test('sends a passcode on the connections for short calls', async () => {
    await client.check()
    const before = balancer.connections
    const passcode = { username: 'alice', factor: 'passcode', passcode: '123456' }
    assert.equal((await client.auth(passcode)).result, 'deny')
    assert.ok(balancer.connections - before <= 1)
  })

  test('allows 8 calls before a signed request, then 100', async () => {
    const session = connectHttp2(`https://127.0.0.1:${service.port}`, {
      ca: service.ca,
      ALPNProtocols: ['h2'],
    })
    const [first] = await once(session, 'remoteSettings')
    assert.equal(first.maxConcurrentStreams, 8)
    const forged = await postTo(session, 'username=alice')
    assert.equal(forged[':status'], 401)
    assert.equal(session.remoteSettings?.maxConcurrentStreams, 8)
    const raised = once(session, 'remoteSettings')
    const path = '/auth/v2/check'
    const date = new Date().toUTCString()
    const { ikey, skey } = service.integration
    const parts = { date, method: 'GET', host: `127.0.0.1:${service.port}`, path, parameters: [] }
    const signature = sign(parts, signingKey(skey.reveal()), 2)
    session.request({ ':path': path, date, authorization: authorization(ikey, signature) }).resume()
    const [second] = await raised
    assert.equal(second.maxConcurrentStreams, 100)
    session.destroy()
  })

  test('refuses a body that is too long', async () => {
    const session = connectHttp2(`https://127.0.0.1:${service.port}`, {
      ca: service.ca,
      ALPNProtocols: ['h2'],
    })
    const tooLong = 'x'.repeat(200_000)
    const { ':status': status } = await postTo(session, tooLong)
    const other = await service.send({ method: 'POST', path: auth, headers: type, body: tooLong })
    assert.deepEqual([status, other.status], [400, 400])
    session.destroy()
  })

  test('answers all waiting calls when the service stops', async () => {
    const waiting = Array.from({ length: calls }, () => client.auth(push))
    await untilGauge(service, 'waiting_calls', calls)
    await service.service.close()
    const outcomes = await Promise.all(waiting)
    assert.ok(outcomes.every(({ status }) => status === 'timeout'))
  })
})

describe('an HTTP/2 connection', () => {
  const silentMs = 300

  test('ends after its deadline, with an unfinished request or after GOAWAY', async () => {
    const authority = await makeAuthority(Date.now())
    const { certificate, key } = await makeServerCertificate(authority, ['127.0.0.1'], Date.now())
    const tls = createServer({ cert: certificate, key, ALPNProtocols: protocols })
    tls.on('request', (request) => request.resume())
    const limits = { ...defaultConfig('.').connections, handshakeMs: silentMs, headerMs: silentMs }
    const connections = new Connections(tls, {
      ...{ limits, isProxy: () => false, closed: () => {}, log: silentLog },
    })
    const multiplexing = new Multiplexing(tls, {
      ...{ keepAliveMs: 2 * silentMs, requestMs: silentMs },
      ...{ streamResets: limits.streamResets, connections },
    })
    await once(tls.listen(0, '127.0.0.1'), 'listening')
    const address = tls.address()
    assert.ok(address !== null && typeof address !== 'string')
    const openSession = () =>
      connectHttp2(`https://127.0.0.1:${address.port}`, {
        ca: authority.certificate,
        ALPNProtocols: ['h2'],
      })
    const session = openSession()
    const stream = session.request({ ':method': 'POST', ':path': '/' })
    stream.write('begun')
    const ended: string[] = []
    stream.once('close', () => ended.push('request'))
    session.once('close', () => ended.push('connection'))
    await once(session, 'close')
    assert.deepEqual(ended, ['request', 'connection'])
    const leaving = openSession()
    const unread = leaving.request({ ':method': 'POST', ':path': '/' })
    unread.on('error', () => {}).write('begun')
    await once(leaving, 'remoteSettings')
    leaving.close()
    await once(leaving, 'close')
    multiplexing.cutOff()
    tls.close()
  })

  test('with an unfinished request after GOAWAY does not delay the stop', async () => {
    const service = await TestService.start()
    const session = connectHttp2(`https://127.0.0.1:${service.port}`, {
      ca: service.ca,
      ALPNProtocols: ['h2'],
    })
    session.on('error', () => {})
    const stream = session.request({ ':method': 'POST', ':path': auth, ...type })
    stream.on('error', () => {})
    stream.write('begun')
    await once(session, 'remoteSettings')
    session.close()
    await service.close()
  })
})

async function postTo(session: ClientHttp2Session, body: string) {
  const stream = session.request({ ':method': 'POST', ':path': auth, ...type })
  stream.on('error', () => {})
  stream.resume().end(body)
  const [headers] = await once(stream, 'response')
  return headers
}
