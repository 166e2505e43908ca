import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sectionKinds } from '../../src/proxy/section_kinds.ts'
import { readGauge } from '../rig/gauge.ts'
import { skipPostgres } from '../rig/postgres.ts'
import { ProxyAtWork, sectionFor } from '../rig/proxy_at_work.ts'
import { freePort } from '../rig/running.ts'
import { type ServiceNode, ServiceNodes } from '../rig/service_nodes.ts'
import { makeSuiteDatabase, type SuiteDatabase } from '../rig/shared_postgres.ts'
import { until } from '../rig/until.ts'

const addresses = ['127.0.0.1', '127.0.0.2'] as const

describe('one proxy and two nodes, of which one is killed while it holds a push', {
  skip: skipPostgres,
}, () => {
  let database: SuiteDatabase
  let nodes: ServiceNodes
  let proxy: ProxyAtWork

  before(async () => {
    database = await makeSuiteDatabase()
    nodes = await ServiceNodes.start(database.url, 0)
    const port = await freePort()
    const first = await nodes.runBeside(undefined, addresses[0], port)
    await nodes.runBeside(first, addresses[1], port)
    const { ikey, skey } = nodes.integration
    const section = sectionFor(
      { port, caFile: `${first.folder}/ca.pem` },
      { ikey, skey, apiTimeoutSecs: 0 },
    )
    const host = { resolveName: async () => addresses }
    proxy = await ProxyAtWork.startIn(host, sectionKinds, section)
  })
  after(async () => {
    await proxy.stop()
    await nodes.close()
    await database.release()
  })

  /** The node over whose message connection a call waits, once there is one. */
  async function holder(): Promise<ServiceNode> {
    let found: ServiceNode | undefined
    await until(async () => {
      for (const node of nodes.nodes) {
        if ((await readGauge(node.client, 'open_messages')) === 1) found = node
      }
      return found !== undefined
    })
    assert(found !== undefined)
    return found
  }

  test('the other node goes on with the same push, and lets the user in', async () => {
    const phone = await nodes.addPhone('alice')
    await until(async () => {
      const connected = nodes.nodes.map(({ client }) => readGauge(client, 'message_connections'))
      return (await Promise.all(connected)).every((count) => count === 1)
    })
    const reply = proxy.signIn('alice', 'push', { timeoutMs: 60_000 })
    const { txid } = await phone.nextRequest()
    const killed = await holder()
    await killed.stop('SIGKILL')

    const left = nodes.nodes.find((node) => node !== killed)
    assert(left !== undefined)
    await until(async () => (await readGauge(left.client, 'waiting_calls')) === 1)
    const app = phone.over((raw) => left.client.send(raw))
    const shown = await app.requests()
    assert.deepEqual(
      shown.map((request) => request.txid),
      [txid],
    )
    assert.equal((await app.answer(String(txid), 'approve')).status, 200)
    assert.equal((await reply)?.accepted, true)
    const { db } = nodes.store
    assert.equal((await db.selectFrom('transactions').select('txid').execute()).length, 1)
  })
})
