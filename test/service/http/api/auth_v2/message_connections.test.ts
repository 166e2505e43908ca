import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { AuthApiClient } from '../../../../../src/duo/https/auth_api_client.ts'
import {
  AuthApiFailure,
  authorization,
  encodeBatch,
  encodeBatches,
  encodeCall,
  encodeCancel,
  encodeProof,
  isRecord,
  maxBatchBytes,
  maxCallLength,
  messagesPath,
  messagesProtocol,
  parseServiceBatch,
  rfc2822Date,
  type ServiceFrame,
  sign,
  signingKey,
} from '../../../../../src/duo/index.ts'
import { systemClock } from '../../../../../src/host/clock.ts'
import { silentLog } from '../../../../../src/host/log.ts'
import {
  type Integration,
  Integrations,
} from '../../../../../src/service/applications/integrations.ts'
import { untilGauge } from '../../../../rig/gauge.ts'
import { LoadBalancer } from '../../../../rig/load_balancer.ts'
import { TestService } from '../../../../rig/service.ts'
import { until } from '../../../../rig/until.ts'

const minuteMs = 60_000

describe('message connections', () => {
  let service: TestService
  /** A second process on the same data. */
  let other: TestService
  const clients: AuthApiClient[] = []
  before(async () => {
    service = await TestService.start()
    other = await TestService.start({ folder: service.folder })
  })
  after(async () => {
    await Promise.all(clients.map((client) => client.close()))
    await other.close()
    await service.close()
  })

  /** A client that has a message connection. */
  async function connected(port: number, integration: Integration): Promise<AuthApiClient> {
    const messages = { opened: false }
    const info = (message: string) => {
      messages.opened ||= message.includes('over one message connection')
    }
    const client = new AuthApiClient({
      ...{ ikey: integration.ikey, skey: integration.skey, host: 'localhost', port },
      ...{ caFile: service.service.caFile, timeoutSecs: 0, maxConnections: 64, maxWaiting: 10_000 },
      ...{ userAgent: 'test', log: { ...silentLog, info }, clock: systemClock },
    })
    clients.push(client)
    await client.check()
    await until(async () => {
      await client.preauth({ username: 'nobody' })
      return messages.opened
    })
    return client
  }

  /** A connection that speaks the protocol itself. */
  async function raw(
    integration: Integration,
    options: Parameters<typeof unproven>[1] & { readonly skey?: string } = {},
  ) {
    const { skey = integration.skey.reveal() } = options
    const connection = await unproven(integration, options)
    if (connection.refusal !== undefined) return connection
    connection.socket.send(encodeProof(await connection.challenge(), signingKey(skey)))
    await until(() => connection.received.some((frame) => 'max_open' in frame))
    return connection
  }

  /** The same, before it has proved its key. */
  async function unproven(
    integration: Integration,
    { skey = integration.skey.reveal(), date = Date.now() } = {},
  ) {
    const signedDate = rfc2822Date(date)
    const host = `127.0.0.1:${service.port}`
    const parts = { date: signedDate, method: 'GET', host, path: messagesPath, parameters: [] }
    const signature = sign(parts, signingKey(skey), 2)
    const socket = new WebSocket(`wss://${host}${messagesPath}`, messagesProtocol, {
      headers: { date: signedDate, authorization: authorization(integration.ikey, signature) },
      ...{ ca: service.ca, servername: 'localhost', perMessageDeflate: false },
    })
    const received: ServiceFrame[] = []
    const closed: number[] = []
    socket.on('message', (data) => received.push(...(parseServiceBatch(data.toString()) ?? [])))
    socket.on('close', (code) => closed.push(code))
    const refusal = await new Promise<number | undefined>((resolve) => {
      socket.once('open', () => resolve(undefined))
      socket.once('unexpected-response', (request, { statusCode }) => {
        request.destroy()
        resolve(statusCode)
      })
      socket.on('error', () => {})
    })
    const call = (id: number, parameters: Readonly<Record<string, string>>) =>
      socket.send(encodeBatch([encodeCall(id, 'preauth', parameters)]))
    const answers = () => received.filter((frame) => 'id' in frame)
    const challenge = async (): Promise<string> => {
      await until(() => received.length > 0)
      const [first] = received
      assert(first !== undefined && 'challenge' in first)
      return first.challenge
    }
    return { socket, refusal, received, closed, call, answers, challenge }
  }

  test('carry passcodes, each of which is accepted once', async () => {
    const { userId } = await service.addUser({ username: 'alice' })
    const codes = await service.addBypassCodes(userId, 10)
    const client = await connected(service.port, service.integration)
    const before = await requests('/auth/v2/auth')
    const ask = (code = '') =>
      client.auth({ username: 'alice', factor: 'passcode', passcode: code })
    const answers = await Promise.all([...codes, ...codes].map(ask))
    assert.equal(answers.filter(({ result }) => result === 'allow').length, codes.length)
    assert.equal((await requests('/auth/v2/auth')) - before, 20)
    await assert.rejects(ask(''), (error: unknown) => {
      assert(error instanceof AuthApiFailure)
      return error.code === 40001
    })
    await untilGauge(service, 'open_messages', 0)
  })

  /** Requests that the service has answered, as its metrics count them. */
  async function requests(endpoint: string): Promise<number> {
    const { text } = await service.send({ method: 'GET', path: '/metrics' })
    const pattern = new RegExp(`requests_total\\{endpoint="${endpoint}",status="200"\\} (\\d+)`)
    return Number(pattern.exec(text)?.[1] ?? 0)
  }

  test('carry the result of a push that waits, and count it as a waiting call', async () => {
    const { userId } = await service.addUser({ username: 'bob' })
    const phone = await service.addPushPhone(userId)
    const client = await connected(service.port, service.integration)
    const asked = client.auth({ username: 'bob', factor: 'push', device: 'auto' })
    await untilGauge(service, 'open_messages', 1)
    await until(async () => (await phone.requests()).length === 1)
    const [waiting] = await phone.requests()
    await phone.answer(String(waiting?.txid), 'approve')
    assert.equal((await asked).result, 'allow')
  })

  test('lose no result and ask the user once if they break and lead to another node', async () => {
    const { userId } = await service.addUser({ username: 'carol' })
    const phone = await service.addPushPhone(userId)
    const balancer = await LoadBalancer.start()
    balancer.leadTo(service.port)
    const client = await connected(balancer.port, service.integration)
    const asked = client.auth({
      ...{ username: 'carol', factor: 'push', device: 'auto' },
      ...{ request_fingerprint: 'cd'.repeat(32), radius_source: '10.0.0.1' },
    })
    await until(async () => (await phone.requests()).length === 1)
    balancer.leadTo(other.port)
    balancer.cut()
    await untilGauge(service, 'open_messages', 0)
    await untilGauge(other, 'waiting_calls', 1)
    const waiting = await phone.requests()
    assert.equal(waiting.length, 1)
    await phone.answer(String(waiting[0]?.txid), 'approve')
    assert.equal((await asked).result, 'allow')
    await client.close()
    await balancer.close()
  })

  test('are refused with a wrong key, an unknown key or a wrong clock', async () => {
    const { integration } = service
    const skey = 'another secret key of forty characters..'
    assert.equal((await raw(integration, { skey })).refusal, 401)
    assert.equal((await raw({ ...integration, ikey: 'DIAAAAAAAAAAAAAAAAAA' })).refusal, 401)
    assert.equal((await raw(integration, { date: Date.now() - 10 * minuteMs })).refusal, 401)
    assert.equal((await raw(await service.addIntegration('adminapi'))).refusal, 403)
  })

  test('open nothing if the request that opened one is sent again without the key', async () => {
    const date = Date.now()
    const [first, replayed, late] = [
      await unproven(service.integration, { date }),
      await unproven(service.integration, { date }),
      await unproven(service.integration, { date }),
    ]
    const key = signingKey(service.integration.skey.reveal())
    const proof = encodeProof(await first.challenge(), key)
    first.socket.send(proof)
    await until(() => first.received.some((frame) => 'max_open' in frame))
    assert.notEqual(await replayed.challenge(), await first.challenge())
    replayed.socket.send(proof)
    replayed.call(1, { username: 'alice' })
    late.call(1, { username: 'alice' })
    await until(() => replayed.closed.length + late.closed.length === 2)
    for (const { closed, received } of [replayed, late]) {
      assert.deepEqual(closed, [1008])
      assert.equal(received.length, 1)
    }
    first.socket.terminate()
  })

  test('close if the first frame proves another key, or comes with calls', async () => {
    const { integration } = service
    const right = signingKey(integration.skey.reveal())
    const wrong = signingKey('another secret key of forty characters..')
    for (const prove of [
      (challenge: string) => encodeProof(challenge, wrong),
      (challenge: string) => encodeProof(challenge, right).replace(/."}]$/, '"}]'),
      (challenge: string) =>
        encodeProof(challenge, right).replace(']', `,${encodeCall(1, 'preauth', {})}]`),
      () => '[{"proof":7}]',
      () => '[]',
    ]) {
      const { socket, closed, received, challenge } = await unproven(integration)
      socket.send(prove(await challenge()))
      await until(() => closed.length === 1)
      assert.deepEqual(closed, [1008])
      assert.equal(received.length, 1)
    }
  })

  test('close when the key is replaced, and its calls fail as over HTTP', async () => {
    const integration = await service.addIntegration('radius')
    const connection = await raw(integration)
    const client = await connected(service.port, integration)
    await service.store.transaction((db) =>
      new Integrations(service.store).rotateSkey(integration.ikey, Date.now(), db),
    )
    await until(() => connection.closed.length === 1)
    assert.deepEqual(connection.closed, [1008])
    await assert.rejects(client.preauth({ username: 'alice' }), { status: 401 })
  })

  test('close when the application is switched off', async () => {
    const integration = await service.addIntegration('radius')
    const connection = await raw(integration)
    await service.store.transaction((db) =>
      new Integrations(service.store).update(integration.ikey, { enabled: false }, db),
    )
    await until(() => connection.closed.length === 1)
    assert.equal((await raw(integration)).refusal, 403)
  })

  test('close on frames that are no frames, and on ids that were used', async () => {
    for (const text of [
      'not JSON',
      '{}',
      '[{"id":1}]',
      '[{"id":1,"call":"enroll","parameters":{}}]',
      '[{"id":1,"call":"preauth","parameters":{"username":7}}]',
      '[{"id":0,"call":"preauth","parameters":{}}]',
      encodeBatch([encodeCall(1, 'preauth', { username: 'x'.repeat(maxCallLength) })]),
    ]) {
      const { socket, closed } = await raw(service.integration)
      socket.send(text)
      await until(() => closed.length === 1)
      assert.deepEqual(closed, [1008], text)
    }
    const replayed = await raw(service.integration)
    replayed.call(5, { username: 'alice' })
    await until(() => replayed.answers().length === 1)
    replayed.call(5, { username: 'alice' })
    await until(() => replayed.closed.length === 1)
    assert.equal(replayed.answers().length, 1)
    const binary = await raw(service.integration)
    binary.socket.send(Buffer.from('[]'))
    await until(() => binary.closed.length === 1)
  })

  test('close on a batch that is too long', async () => {
    const { socket, closed } = await raw(service.integration)
    socket.send(' '.repeat(maxBatchBytes + 1))
    await until(() => closed.length === 1)
    assert.deepEqual(closed, [1009])
  })

  test('answer each call by itself: what is wrong with one leaves the others alone', async () => {
    const { socket, answers } = await raw(service.integration)
    const calls = [{ username: 'alice' }, {}, { username: 'a\0b' }, { username: '\ud800' }]
    socket.send(encodeBatch(calls.map((each, index) => encodeCall(index + 1, 'preauth', each))))
    await until(() => answers().length === calls.length)
    const codes = new Map(
      answers().map(({ id, answer }) => [id, answer.stat === 'FAIL' ? answer.code : 0]),
    )
    assert.deepEqual(
      [1, 2, 3, 4].map((id) => codes.get(id)),
      [0, 40001, 40002, 40002],
    )
  })

  test('read no more from a client that does not read, and answer it all later', async () => {
    const { socket, answers } = await raw(service.integration)
    const count = 4_000
    socket.pause()
    for (let id = 1; id <= count; id += 100) {
      const batch = Array.from({ length: 100 }, (_, index) => id + index)
      socket.send(encodeBatch(batch.map((each) => encodeCall(each, 'preauth', {}))))
    }
    socket.resume()
    await until(() => answers().length === count)
    assert.deepEqual(
      new Set(answers().map(({ id }) => id)),
      new Set(Array.from({ length: count }, (_, index) => index + 1)),
    )
    socket.terminate()
  })

  test('leave other applications their turn while one sends thousands of calls', async () => {
    const flood = await raw(await service.addIntegration('radius'))
    const { socket, answers, call } = await raw(service.integration)
    const count = 8_000
    const calls = Array.from({ length: count }, (_, index) => encodeCall(index + 1, 'preauth', {}))
    for (const batch of encodeBatches(calls)) flood.socket.send(batch)
    await until(() => flood.answers().length > 0)
    call(1, {})
    await until(() => answers().length === 1)
    assert(flood.answers().length < count)
    await until(() => flood.answers().length === count)
    assert(flood.answers().every(({ status }) => status === 400))
    flood.socket.terminate()
    socket.terminate()
  })

  test('answer "busy" beyond what waits for its turn, and close on cancels without calls', async () => {
    const { socket, answers, closed } = await raw(await service.addIntegration('radius'))
    const count = 12_000
    const calls = Array.from({ length: count }, (_, index) => encodeCall(index + 1, 'preauth', {}))
    for (const batch of encodeBatches(calls)) socket.send(batch)
    const busy = () => answers().filter(({ status }) => status === 429)
    await until(() => busy().length > 0)
    const { retry_after, answer } = busy()[0] ?? {}
    assert.equal(retry_after, 2)
    assert.equal(answer?.stat === 'FAIL' && answer.code, 42901)
    // none of which begins any more, if it waits for its turn
    const cancels = Array.from({ length: count }, (_, index) => encodeCancel(index + 1))
    for (const batch of encodeBatches(cancels)) socket.send(batch)
    await untilGauge(service, 'open_messages', 0)
    socket.send(encodeBatch([encodeCancel(1)]))
    await until(() => closed.length === 1)
    assert.deepEqual(closed, [1008])
  })

  test('count each call for the limit of its application', async () => {
    const limited = await TestService.start({ config: { requestsPerMinute: 3 } })
    const { ca, port, integration } = limited
    const client = new AuthApiClient({
      ...{ ikey: integration.ikey, skey: integration.skey, host: 'localhost', port, ca },
      ...{ timeoutSecs: 1, maxConnections: 4, maxWaiting: 10 },
      ...{ userAgent: 'test', log: silentLog, clock: systemClock },
    })
    await client.check()
    await client.preauth({ username: 'nobody' })
    await untilGauge(limited, 'message_connections', 1)
    await assert.rejects(client.preauth({ username: 'nobody' }), { status: 429 })
    await client.close()
    await limited.close()
  })

  test('a request without a WebSocket is refused, and others may offer upgrades', async () => {
    const { integration } = service
    const plain = await service.call({ method: 'GET', path: messagesPath, integration })
    assert.deepEqual([plain.status, plain.body.message_detail], [400, 'upgrade'])
    const check = await service.call({
      ...{ method: 'GET', path: '/auth/v2/check', integration },
      headers: { connection: 'upgrade', upgrade: 'websocket' },
    })
    assert.equal(check.status, 200)
    assert(isRecord(check.body.response))
  })

  test('end when the service stops, once their calls are answered', async () => {
    const stopping = await TestService.start()
    const { ca, port, integration } = stopping
    const client = new AuthApiClient({
      ...{ ikey: integration.ikey, skey: integration.skey, host: 'localhost', port, ca },
      ...{ timeoutSecs: 0, maxConnections: 4, maxWaiting: 10 },
      ...{ userAgent: 'test', log: silentLog, clock: systemClock },
    })
    await client.check()
    await client.preauth({ username: 'nobody' })
    await untilGauge(stopping, 'message_connections', 1)
    const { userId } = await stopping.addUser({ username: 'dave' })
    await stopping.addPushPhone(userId)
    const asked = client.auth({ username: 'dave', factor: 'push', device: 'auto' })
    await untilGauge(stopping, 'open_messages', 1)
    const [answer] = await Promise.all([asked, stopping.close()])
    assert.deepEqual([answer.result, answer.status], ['deny', 'timeout'])
    await client.close()
  })
})
