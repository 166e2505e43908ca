import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type NetConnectOpts } from 'node:net'
import { test } from 'node:test'
import { Reachability } from '../../../src/service/store/reachability.ts'
import { until } from '../../rig/until.ts'

test('a host that refuses connections is reachable, and one that has no way to it is not', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  let losses = 0
  const reachability = new Reachability(() => losses++)
  await reachability.ask({ host: '127.0.0.1', port })
  assert.equal(reachability.isLost, false)

  let isCutOff = true
  const place: NetConnectOpts = {
    host: 'db.example',
    port,
    lookup: (_name, _options, found) =>
      isCutOff
        ? found(new Error('no route'), '')
        : found(null, [{ address: '127.0.0.1', family: 4 }]),
  }
  await reachability.ask(place)
  assert.deepEqual([reachability.isLost, losses], [true, 1])

  isCutOff = false
  await until(() => !reachability.isLost)
  assert.equal(losses, 1)
  reachability.close()
})
