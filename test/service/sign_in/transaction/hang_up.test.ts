import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AuthenticationLog } from '../../../../src/service/audit/authentication_log.ts'
import { defaultConfig } from '../../../../src/service/config/service_config.ts'
import { ReportedStatuses } from '../../../../src/service/sign_in/transaction/reported_statuses.ts'
import type { Transaction } from '../../../../src/service/sign_in/transaction/transaction.ts'
import { EventStream } from '../../../rig/event_stream.ts'
import { untilGauge } from '../../../rig/gauge.ts'
import { ListenerCount } from '../../../rig/listener_count.ts'
import type { PushPhone } from '../../../rig/push_phone.ts'
import { parseResponse, TestService } from '../../../rig/service.ts'
import { ServiceClient } from '../../../rig/service_client.ts'
import { until } from '../../../rig/until.ts'

const calls = 60

describe('clients that hang up while they wait', () => {
  let service: TestService
  let client: ServiceClient
  let phone: PushPhone
  let userId: string

  before(async () => {
    const { push } = defaultConfig('.')
    const unlimited = { ...push, fatigue: { ...push.fatigue, limit: 0 } }
    service = await TestService.start({ config: { push: unlimited } })
    userId = (await service.addUser({ username: 'alice' })).userId
    phone = await service.addPushPhone(userId)
    client = new ServiceClient({
      port: service.port,
      ca: service.ca,
      integration: service.integration,
      maxSockets: Number.POSITIVE_INFINITY,
    })
  })
  after(async () => {
    client.close()
    await service.close()
  })

  const push = (options: { readonly async?: '1' } = {}) => ({
    path: '/auth/v2/auth',
    parameters: { username: 'alice', factor: 'push', device: 'auto', ...options },
  })
  const statusCall = (txid: string) =>
    ({ method: 'GET', path: '/auth/v2/auth_status', parameters: { txid } }) as const
  const repliesTo = async (txid: string) => {
    const { waiting_replies } = await service.store.db
      .selectFrom('transactions')
      .select('waiting_replies')
      .where('txid', '=', txid)
      .executeTakeFirstOrThrow()
    return Number(waiting_replies)
  }

  test('calls: none is kept, and phones can still answer', async (t) => {
    const listeners = new ListenerCount(t)
    const hangUp = new AbortController()
    const waiting = Array.from({ length: calls }, () => client.call(push(), hangUp.signal))
    const ended = Promise.allSettled(waiting)
    await untilGauge(service, 'waiting_calls', calls)
    hangUp.abort()
    await ended
    await untilGauge(service, 'waiting_calls', 0)
    assert.ok(listeners.added >= calls)
    assert.equal(listeners.left, 0)
    const pending = await phone.requests()
    assert.equal(pending.length, calls)
    const [txid = ''] = pending.map((request) => String(request.txid))
    assert.equal((await phone.answer(txid, 'approve')).status, 200)
    const lines = await new AuthenticationLog().ofUser(
      userId,
      { since: 0, limit: 99 },
      service.store.db,
    )
    assert.deepEqual(
      lines.map(({ result, reason }) => [result, reason]),
      [['success', 'user_approved']],
    )
  })

  test('a client that does not hang up gets the outcome', async () => {
    const waiting = client.call(push())
    await untilGauge(service, 'waiting_calls', 1)
    const pending = await phone.requests()
    await phone.answer(String(pending.at(-1)?.txid), 'approve')
    assert.equal(parseResponse(await waiting).result, 'allow')
  })

  test('polls: none is kept, and an unsent reply is not counted', async (t) => {
    const listeners = new ListenerCount(t)
    const txid = String(parseResponse(await client.call(push({ async: '1' }))).txid)
    assert.equal(parseResponse(await client.call(statusCall(txid))).result, 'waiting')
    for (let round = 0; round < 20; round++) {
      const hangUp = new AbortController()
      const poll = client.call(statusCall(txid), hangUp.signal)
      await untilGauge(service, 'waiting_calls', 1)
      hangUp.abort()
      await assert.rejects(poll)
      await untilGauge(service, 'waiting_calls', 0)
    }
    assert.equal(listeners.left, 0)
    assert.equal(await repliesTo(txid), 1)
    await phone.answer(txid, 'approve')
    assert.equal(parseResponse(await client.call(statusCall(txid))).result, 'allow')
  })

  test('apps: no stream is kept', async (t) => {
    const listeners = new ListenerCount(t)
    const headers = await phone.signedHeaders('GET', '/app/api/stream')
    const streams = [1, 2, 3].map(() => new EventStream(service, headers))
    await Promise.all(streams.map((stream) => stream.next()))
    await untilGauge(service, 'open_apps', 3)
    for (const stream of streams) stream.close()
    await untilGauge(service, 'open_apps', 0)
    await until(() => listeners.left === 0)
  })
})

describe('the statuses that clients have seen', () => {
  test('are kept as long as they may be polled', () => {
    const reported = new ReportedStatuses()
    const transaction: Transaction = {
      txid: 'one',
      ikey: '',
      userId: null,
      factor: 'push',
      phoneId: null,
      request: { application: '', username: '', ipaddr: '', hostname: '' },
      verification: undefined,
      repeatOf: null,
      retries: null,
      retriesClosed: false,
      approved: null,
      acceptedRequest: null,
      requested: 0,
      unreadMs: 0,
      opened: 0,
      expires: 60_000,
      outcome: { result: 'waiting', status: 'pushed', status_msg: '' },
    }
    for (let index = 0; index < 100; index++) reported.add(transaction, String(index))
    reported.add(transaction, 'one')
    reported.prune(100_000)
    assert.ok(reported.has(transaction, 'one'))
    reported.prune(120_000)
    assert.equal(reported.size, 0)
  })
})
