import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { sectionKinds } from '../../src/proxy/section_kinds.ts'
import { Code, encodeAccessRequest, SharedSecret } from '../../src/radius/index.ts'
import { skipPostgres } from '../rig/postgres.ts'
import { ProxyAtWork, sectionFor, testSecret } from '../rig/proxy_at_work.ts'
import type { PushPhone } from '../rig/push_phone.ts'
import { freePort } from '../rig/running.ts'
import { type ServiceNode, ServiceNodes } from '../rig/service_nodes.ts'
import { makeSuiteDatabase, type SuiteDatabase } from '../rig/shared_postgres.ts'
import { until, within } from '../rig/until.ts'

const addresses = ['127.0.0.1', '127.0.0.2'] as const

describe('two proxies and two nodes, one of each killed while a push waits', {
  skip: skipPostgres,
}, () => {
  let database: SuiteDatabase
  let nodes: ServiceNodes
  let node2: ServiceNode
  let phone: PushPhone
  let socket: Socket
  const proxies: ProxyAtWork[] = []

  before(async () => {
    database = await makeSuiteDatabase()
    nodes = await ServiceNodes.start(database.url, 0)
    const port = await freePort()
    const node1 = await nodes.runBeside(undefined, addresses[0], port)
    node2 = await nodes.runBeside(node1, addresses[1], port)
    phone = await nodes.addPhone('alice')
    const { ikey, skey } = nodes.integration
    const section = sectionFor(
      { port, caFile: `${node1.folder}/ca.pem` },
      { ikey, skey, apiTimeoutSecs: 0 },
    )
    // the first address first, so that node 1 begins the push
    const host = { resolveName: async () => addresses }
    for (const _ of addresses) {
      proxies.push(await ProxyAtWork.startIn(host, sectionKinds, section))
    }
    socket = createSocket('udp4').bind(0, '127.0.0.1')
    await once(socket, 'listening')
  })
  after(async () => {
    socket.close()
    await Promise.all(proxies.map((proxy) => proxy.stop()))
    await nodes.close()
    await database.release()
  })

  test('let the user in once, by one push, in the retry of the directory', async () => {
    const [proxy1, proxy2] = proxies
    assert.ok(proxy1 && proxy2)
    const packet = encodeAccessRequest(7, randomBytes(16), new SharedSecret(testSecret), {
      username: 'alice',
      password: Buffer.from('push'),
    })
    socket.send(packet, proxy1.findPort(), '127.0.0.1')
    const { txid } = await phone.nextRequest()

    await nodes.nodes[0]?.stop('SIGKILL')
    void proxy1.stop()
    const reply = once(socket, 'message')
    socket.send(packet, proxy2.findPort(), '127.0.0.1')

    const app = phone.over((raw) => node2.client.send(raw))
    await until(async () => (await app.requests()).length === 1)
    assert.equal((await app.answer(String(txid), 'approve')).status, 200)
    const [datagram] = await within(reply, () => 'the reply of the second proxy')
    assert.equal(datagram[0], Code.AccessAccept)
    const { db } = nodes.store
    assert.equal((await db.selectFrom('transactions').select('txid').execute()).length, 1)
  })
})
