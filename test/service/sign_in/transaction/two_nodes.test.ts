import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import type { Integration } from '../../../../src/service/applications/integrations.ts'
import { AuthenticationLog } from '../../../../src/service/audit/authentication_log.ts'
import { EventStream } from '../../../rig/event_stream.ts'
import { untilGauge } from '../../../rig/gauge.ts'
import { skipPostgres } from '../../../rig/postgres.ts'
import type { PushPhone } from '../../../rig/push_phone.ts'
import { type Answer, parseResponse } from '../../../rig/service_client.ts'
import { type ServiceNode, ServiceNodes } from '../../../rig/service_nodes.ts'
import { makeSuiteDatabase, type SuiteDatabase } from '../../../rig/shared_postgres.ts'
import { SignIn } from '../../../rig/sign_in.ts'
import { onPostgres } from '../../../rig/store.ts'
import { until } from '../../../rig/until.ts'

const rounds = 40
const answers = ['approve', 'deny', 'fraud', 'approve', 'deny', 'fraud'] as const
const findLine: Readonly<Record<string, readonly [string, string]>> = {
  allow: ['success', 'user_approved'],
  deny: ['denied', 'user_mistake'],
  fraud: ['fraud', 'user_marked_fraud'],
  timeout: ['denied', 'no_response'],
}

describe('two processes on one PostgreSQL', { skip: skipPostgres }, () => {
  let database: SuiteDatabase
  let name: string
  let service: ServiceNodes
  let here: ServiceNode
  let there: ServiceNode

  before(async () => {
    database = await makeSuiteDatabase()
    name = new URL(database.url.reveal()).pathname.slice(1)
    service = await ServiceNodes.start(database.url, 2)
    const [one, other] = service.nodes
    assert.ok(one !== undefined && other !== undefined)
    here = one
    there = other
  })
  after(async () => {
    await service.close()
    await database.release()
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

  test('answers and the expiry at one moment: one outcome, one log line, the same reply for all', async () => {
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
      // each round sends a different answer first
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

  test('an answer on one node ends the call on the other', async () => {
    const phone = (await service.addPhone('bob')).over((raw) => there.client.send(raw))
    for (let round = 0; round < 5; round++) {
      const waiting = call(here, 'bob')
      await untilGauge(here.client, 'waiting_calls', 1)
      const { txid } = await phone.nextRequest()
      await phone.answer(String(txid), 'approve')
      assert.equal(parseResponse(await waiting).result, 'allow')
    }
  })

  test('a node without its listening connection finds the answer when it polls', async () => {
    const phone = (await service.addPhone('carol')).over((raw) => there.client.send(raw))
    const waiting = call(here, 'carol')
    await untilGauge(here.client, 'waiting_calls', 1)
    const { txid } = await phone.nextRequest()
    await database.administer(`alter database ${name} with allow_connections false`)
    try {
      await backends('pg_terminate_backend(pid)')
      assert.equal((await phone.answer(String(txid), 'approve')).status, 200)
      assert.equal(parseResponse(await waiting).result, 'allow')
      assert.deepEqual((await backends('pid')).rows, [])
    } finally {
      await database.administer(`alter database ${name} with allow_connections true`)
    }
  })

  test('a node that lost its listening connection listens again, and reads what it missed', async () => {
    const phone = (await service.addPhone('dave')).over((raw) => there.client.send(raw))
    const waiting = call(here, 'dave')
    await untilGauge(here.client, 'waiting_calls', 1)
    const { txid } = await phone.nextRequest()
    await Promise.all([
      backends('pg_terminate_backend(pid)'),
      phone.answer(String(txid), 'approve'),
    ])
    assert.equal(parseResponse(await waiting).result, 'allow')
  })
})

/** Without intervals nothing is polled, so only a notification can end a wait. */
onPostgres('notifications between two nodes', (rig) => {
  let here: SignIn
  let there: SignIn
  let vpn: Integration
  before(async () => {
    here = new SignIn(await rig().open())
    there = new SignIn(await rig().open())
    vpn = await here.application()
  })

  const waitHere = async () => {
    const { user, phoneId } = await here.addUser()
    const push = { factor: 'push', device: 'auto' } as const
    const asked = await here.auth.begin(here.request(vpn, user), push, { async: true })
    assert.ok(asked.kind === 'waiting')
    const { txid } = asked
    const ended = here.authStatus.awaitOutcome(txid)
    await until(() => here.transactions.waitingCalls === 1)
    return { txid, phoneId, ended }
  }
  const listeningPids = async () => {
    const { rows } = await sql<{ pid: number }>`
      select pid from pg_stat_activity
      where datname = current_database() and query = 'listen countersign'`.execute(there.store.db)
    return rows.map(({ pid }) => pid)
  }

  test('end a call that waits on the other node', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const { txid, phoneId, ended } = await waitHere()
    await until(async () => (await listeningPids()).length > 0)
    assert.equal(await there.pushAnswers.answer(txid, phoneId, 'approve'), 'settled')
    assert.equal((await ended).status, 'allow')
  })

  test('end it also if the listening connection was lost meanwhile', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const { txid, phoneId, ended } = await waitHere()
    await until(async () => (await listeningPids()).length > 0)
    for (const pid of await listeningPids()) {
      await sql`select pg_terminate_backend(${pid})`.execute(there.store.db)
    }
    assert.equal(await there.pushAnswers.answer(txid, phoneId, 'approve'), 'settled')
    assert.equal((await ended).status, 'allow')
  })
})
