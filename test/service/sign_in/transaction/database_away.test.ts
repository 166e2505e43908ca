import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Secret } from '../../../../src/host/secret.ts'
import { AuthenticationLog } from '../../../../src/service/audit/authentication_log.ts'
import { untilGauge } from '../../../rig/gauge.ts'
import { PostgresCluster, skipPostgres } from '../../../rig/postgres.ts'
import { parseResponse } from '../../../rig/service_client.ts'
import { type ServiceNode, ServiceNodes } from '../../../rig/service_nodes.ts'
import { until } from '../../../rig/until.ts'

const calls = 60
const answered = 20
/** Failed checks of the database before it starts again. */
const failedChecks = 3

describe('PostgreSQL is unavailable while calls wait', { skip: skipPostgres }, () => {
  let cluster: PostgresCluster
  let service: ServiceNodes
  let node: ServiceNode

  before(async () => {
    cluster = await PostgresCluster.start()
    service = await ServiceNodes.start(new Secret(await cluster.createDatabase()), 1)
    const [first] = service.nodes
    assert.ok(first !== undefined)
    node = first
  })
  after(async () => {
    await service.close()
    await cluster.stop()
  })

  const push = (username: string, options: { readonly async?: '1' } = {}) =>
    node.client.call({
      path: '/auth/v2/auth',
      parameters: { username, factor: 'push', device: 'auto', ...options },
    })
  const poll = (txid: string) =>
    node.client.call({ method: 'GET', path: '/auth/v2/auth_status', parameters: { txid } })
  const healthy = async () =>
    (await node.client.send({ method: 'GET', path: '/healthz' })).status === 200
  const isBack = () => until(healthy)

  test('stopped and started: calls keep waiting, and get what the phone answers later', async () => {
    const phone = await service.addPhone('alice')
    let ended = 0
    const waiting = Array.from({ length: calls }, () =>
      push('alice').finally(() => {
        ended++
      }),
    )
    await untilGauge(node.client, 'waiting_calls', calls)
    await cluster.shutDown()
    for (let check = 0; check < failedChecks; check++) assert.equal(await healthy(), false)
    assert.equal(ended, 0)
    await cluster.startAgain()
    await isBack()
    const pending = (await phone.requests()).map(({ txid }) => String(txid))
    assert.equal(pending.length, calls)
    for (const txid of pending.slice(0, answered)) await phone.answer(txid, 'approve')
    await untilGauge(node.client, 'waiting_calls', calls - answered)
    for (const txid of pending.slice(answered)) await phone.answer(txid, 'deny')
    const results = (await Promise.all(waiting)).map((answer) => parseResponse(answer).result)
    assert.equal(results.filter((result) => result === 'allow').length, answered)
    assert.equal(results.filter((result) => result === 'deny').length, calls - answered)
  })

  test('while a push expires: no poll is allowed, and the log line follows after the restart', async () => {
    await service.addPhone('bob')
    const txid = String(parseResponse(await push('bob', { async: '1' })).txid)
    assert.equal(parseResponse(await poll(txid)).result, 'waiting')
    await service.store.db
      .updateTable('transactions')
      .set({ expires: Date.now() + 3_000 })
      .where('txid', '=', txid)
      .execute()
    const held = poll(txid)
    await untilGauge(node.client, 'waiting_calls', 1)
    await cluster.shutDown()
    const { status, body } = await held
    assert.deepEqual([status, body.stat], [500, 'FAIL'])
    await cluster.startAgain()
    await isBack()
    assert.equal(parseResponse(await poll(txid)).status, 'timeout')
    const lines = await new AuthenticationLog().ofTxid(txid, service.store.db)
    assert.deepEqual(
      lines.map(({ reason }) => reason),
      ['no_response'],
    )
  })

  test('without an answer: the service still stops', async () => {
    await service.addPhone('carol')
    const waiting = Promise.allSettled(Array.from({ length: 10 }, () => push('carol')))
    await untilGauge(node.client, 'waiting_calls', 10)
    cluster.halt('SIGSTOP')
    try {
      // more than the service has connections to the database
      const asked = Promise.allSettled(Array.from({ length: 30 }, () => poll('none')))
      assert.equal(await node.running.stop(), 0)
      await Promise.all([asked, waiting])
    } finally {
      cluster.halt('SIGCONT')
    }
  })
})
