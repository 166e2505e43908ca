import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AuthenticationLog } from '../../../../src/service/audit/authentication_log.ts'
import { untilGauge } from '../../../rig/gauge.ts'
import { skipSecondDatabase } from '../../../rig/postgres.ts'
import { parseResponse } from '../../../rig/service_client.ts'
import { type ServiceNode, ServiceNodes } from '../../../rig/service_nodes.ts'
import { makeSuiteDatabase, type SuiteDatabase } from '../../../rig/shared_postgres.ts'
import { until } from '../../../rig/until.ts'

const calls = 60

for (const [name, skip] of [
  ['SQLite', false],
  ['PostgreSQL', skipSecondDatabase],
] as const) {
  describe(`a process that ends while pushes wait, on ${name}`, { skip }, () => {
    let database: SuiteDatabase | undefined
    let service: ServiceNodes
    let node: ServiceNode

    before(async () => {
      if (name === 'PostgreSQL') database = await makeSuiteDatabase()
      service = await ServiceNodes.start(database?.url, 1)
      const [first] = service.nodes
      assert.ok(first !== undefined)
      node = first
    })
    after(async () => {
      await service.close()
      await database?.release()
    })

    const push = (username: string, options: { readonly async?: '1' } = {}) =>
      node.client.call({
        path: '/auth/v2/auth',
        parameters: { username, factor: 'push', device: 'auto', ...options },
      })
    const poll = async (txid: string) =>
      parseResponse(
        await node.client.call({
          method: 'GET',
          path: '/auth/v2/auth_status',
          parameters: { txid },
        }),
      )
    const readLines = async (txid: string) =>
      (await new AuthenticationLog().ofTxid(txid, service.store.db)).map(
        ({ result, reason }) => `${result} ${reason}`,
      )
    const killed = async () => {
      await node.stop('SIGKILL')
    }
    const startedAgain = async () => {
      node = await service.run(node.folder)
    }

    test('killed: after the restart the push still waits, and its answer reaches the client', async () => {
      const before = await service.addPhone('alice')
      const phone = before.over((raw) => node.client.send(raw))
      const txid = String(parseResponse(await push('alice', { async: '1' })).txid)
      assert.equal((await poll(txid)).result, 'waiting')
      const held = assert.rejects(poll(txid))
      const call = assert.rejects(push('alice'))
      await untilGauge(node.client, 'waiting_calls', 2)
      await killed()
      await Promise.all([held, call])
      await startedAgain()
      const pending = (await phone.requests()).map((request) => String(request.txid))
      assert.equal(pending.length, 2)
      assert.ok(pending.includes(txid))
      assert.equal((await poll(txid)).result, 'waiting')
      const waiting = poll(txid)
      await untilGauge(node.client, 'waiting_calls', 1)
      assert.equal((await phone.answer(txid, 'approve')).status, 200)
      const { result, status } = await waiting
      assert.deepEqual([result, status], ['allow', 'allow'])
      assert.deepEqual(await readLines(txid), ['success user_approved'])
      assert.deepEqual((await phone.requests()).length, 1)
    })

    test('killed: a push that expires meanwhile is logged, even if no client polls it', async () => {
      await service.addPhone('bob')
      const txids: string[] = []
      for (let pushes = 0; pushes < 3; pushes++) {
        txids.push(String(parseResponse(await push('bob', { async: '1' })).txid))
      }
      const [asked = '', ...others] = txids
      await killed()
      const past = Date.now() - 1
      await service.store.db
        .updateTable('transactions')
        .set({ opened: past - 60_000, expires: past })
        .where('txid', 'in', txids)
        .execute()
      await startedAgain()
      const { result, status } = await poll(asked)
      assert.deepEqual([result, status], ['deny', 'timeout'])
      await until(async () => (await readLines(others[0] ?? '')).length > 0)
      for (const txid of txids) assert.deepEqual(await readLines(txid), ['denied no_response'])
      assert.equal((await poll(others[0] ?? '')).status, 'timeout')
    })

    test('stopped: each call gets its outcome', async () => {
      await service.addPhone('carol')
      const waiting = Array.from({ length: calls }, () => push('carol'))
      await untilGauge(node.client, 'waiting_calls', calls)
      assert.equal(await node.running.stop(), 0)
      const outcomes = (await Promise.all(waiting)).map((answer) => parseResponse(answer))
      assert.ok(outcomes.every(({ result, status }) => result === 'deny' && status === 'timeout'))
      const { count } = await service.store.db
        .selectFrom('authentication_log')
        .select((select) => select.fn.countAll().as('count'))
        .where('username', '=', 'carol')
        .executeTakeFirstOrThrow()
      assert.equal(Number(count), calls)
    })
  })
}
