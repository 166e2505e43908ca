import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { Secret } from '../../../../src/host/secret.ts'
import { AuthenticationLog } from '../../../../src/service/audit/authentication_log.ts'
import { EventStream } from '../../../rig/event_stream.ts'
import { untilGauge } from '../../../rig/gauge.ts'
import { PostgresCluster, skipPostgres } from '../../../rig/postgres.ts'
import type { PushPhone } from '../../../rig/push_phone.ts'
import { type Answer, parseResponse } from '../../../rig/service_client.ts'
import { type ServiceNode, ServiceNodes } from '../../../rig/service_nodes.ts'

const rounds = 40
/** How often a node looks for what it was not told, on PostgreSQL. */
const lookMs = 5000
const answers = ['approve', 'deny', 'fraud', 'approve', 'deny', 'fraud'] as const
const findLine: Readonly<Record<string, readonly [string, string]>> = {
  allow: ['success', 'user_approved'],
  deny: ['denied', 'user_mistake'],
  fraud: ['fraud', 'user_marked_fraud'],
  timeout: ['denied', 'no_response'],
}

describe('two processes on one PostgreSQL', { skip: skipPostgres }, () => {
  let cluster: PostgresCluster
  let database: string
  let service: ServiceNodes
  let here: ServiceNode
  let there: ServiceNode

  before(async () => {
    cluster = await PostgresCluster.start()
    const url = await cluster.createDatabase()
    database = new URL(url).pathname.slice(1)
    service = await ServiceNodes.start(new Secret(url), 2)
    const [one, other] = service.nodes
    assert.ok(one !== undefined && other !== undefined)
    here = one
    there = other
  })
  after(async () => {
    await service.close()
    await cluster.stop()
  })

  const call = (node: ServiceNode, username: string) =>
    node.client.call({
      path: '/auth/v2/auth',
      parameters: { username, factor: 'push', device: 'auto' },
    })
  const poll = (node: ServiceNode, txid: string) =>
    node.client.call({ method: 'GET', path: '/auth/v2/auth_status', parameters: { txid } })
  const pollToTheEnd = async (node: ServiceNode, txid: string): Promise<Answer> => {
    for (;;) {
      const answer = await poll(node, txid)
      if (parseResponse(answer).result !== 'waiting') return answer
    }
  }
  const openApp = async (node: ServiceNode, phone: PushPhone) =>
    new EventStream(node, await phone.signedHeaders('GET', '/app/api/stream'))
  const shows = async (app: EventStream, count: number) => {
    for (;;) {
      const event = await app.next()
      assert.ok(event !== undefined)
      const [, { requests }] = event
      if (Array.isArray(requests) && requests.length === count) return
    }
  }
  const expireNow = async (txid: string) =>
    void (await service.store.db
      .updateTable('transactions')
      .set({ expires: Date.now() })
      .where('txid', '=', txid)
      .execute())
  const backends = (what: string) =>
    sql<{ pid: number }>`
    select ${sql.raw(what)} as pid from pg_stat_activity
    where datname = current_database() and query = 'listen countersign'`.execute(service.store.db)

  test('answers and the end of the time at one moment: one outcome, one line, all are told it', async () => {
    const username = 'alice'
    const phone = await service.addPhone(username)
    const apps = [await openApp(here, phone), await openApp(there, phone)]
    await Promise.all(apps.map((app) => shows(app, 0)))
    const seen = new Set<unknown>()
    for (let round = 0; round < rounds; round++) {
      const nodes = round % 2 === 0 ? [here, there] : [there, here]
      const [near = here, far = there] = nodes
      const waiting = [call(near, username)]
      await Promise.all(apps.map((app) => shows(app, 1)))
      const [request] = await phone.requests()
      const txid = String(request?.txid)
      waiting.push(...nodes.map((node) => pollToTheEnd(node, txid)))
      await untilGauge(near.client, 'waiting_calls', 2)
      await untilGauge(far.client, 'waiting_calls', 1)
      // the first to be sent is another one each time
      const turned = answers.map((_, index) => answers[(index + round) % answers.length] ?? 'deny')
      const answered = turned.map((decision, index) =>
        phone.over((raw) => (nodes[index % 2] ?? here).client.send(raw)).answer(txid, decision),
      )
      if (round % 3 === 0) {
        await expireNow(txid)
        waiting.push(poll(far, txid))
      }
      const replies = (await Promise.all(answered)).map(({ status }) => status)
      assert.ok(replies.every((status) => status === 200 || status === 410))
      const outcomes = (await Promise.all(waiting)).map((answer) => parseResponse(answer))
      const [first] = outcomes
      assert.ok(first !== undefined)
      for (const { result, status } of outcomes) {
        assert.deepEqual([result, status], [first.result, first.status])
      }
      const won = replies.filter((status) => status === 200).length
      assert.equal(won, first.status === 'timeout' ? 0 : 1)
      const lines = await new AuthenticationLog().ofTxid(txid, service.store.db)
      assert.deepEqual(
        lines.map(({ result, reason }) => [result, reason]),
        [findLine[String(first.status)]],
      )
      await Promise.all(apps.map((app) => shows(app, 0)))
      seen.add(first.status)
    }
    for (const app of apps) app.close()
    assert.ok(seen.size >= 2, [...seen].join())
  })

  test('an answer on one node wakes the call on the other at once', async () => {
    const phone = (await service.addPhone('bob')).over((raw) => there.client.send(raw))
    for (let round = 0; round < 5; round++) {
      const waiting = call(here, 'bob')
      await untilGauge(here.client, 'waiting_calls', 1)
      const { txid } = await phone.nextRequest()
      const began = performance.now()
      await phone.answer(String(txid), 'approve')
      assert.equal(parseResponse(await waiting).result, 'allow')
      assert.ok(performance.now() - began < lookMs / 3)
    }
  })

  test('one that hears of nothing, since nobody can connect any more, finds it when it looks', async () => {
    const phone = (await service.addPhone('carol')).over((raw) => there.client.send(raw))
    const waiting = call(here, 'carol')
    await untilGauge(here.client, 'waiting_calls', 1)
    const { txid } = await phone.nextRequest()
    await cluster.administer(`alter database ${database} with allow_connections false`)
    try {
      await backends('pg_terminate_backend(pid)')
      const began = performance.now()
      assert.equal((await phone.answer(String(txid), 'approve')).status, 200)
      assert.equal(parseResponse(await waiting).result, 'allow')
      assert.ok(performance.now() - began < 2 * lookMs)
      assert.deepEqual((await backends('pid')).rows, [])
    } finally {
      await cluster.administer(`alter database ${database} with allow_connections true`)
    }
  })

  test('one that has lost its connection listens again, and looks at what it has missed', async () => {
    const phone = (await service.addPhone('dave')).over((raw) => there.client.send(raw))
    const waiting = call(here, 'dave')
    await untilGauge(here.client, 'waiting_calls', 1)
    const { txid } = await phone.nextRequest()
    const began = performance.now()
    await Promise.all([
      backends('pg_terminate_backend(pid)'),
      phone.answer(String(txid), 'approve'),
    ])
    assert.equal(parseResponse(await waiting).result, 'allow')
    assert.ok(performance.now() - began < lookMs)
  })
})
