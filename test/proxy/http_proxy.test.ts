import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { AuthApiDouble } from '../rig/auth_api_double.ts'
import { ProxyAtWork, sectionFor } from '../rig/proxy_at_work.ts'

let api: AuthApiDouble
before(async () => {
  api = await AuthApiDouble.start()
})
after(() => api.close())

test('http_proxy_host: connects to the API only by CONNECT', async () => {
  const asked: string[] = []
  const tunnel = createServer()
  tunnel.on('connect', (request, client) => {
    asked.push(request.url ?? '')
    const server = connect(api.port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      server.pipe(client)
      client.pipe(server)
    })
    for (const end of [client, server]) end.on('error', () => {})
  })
  tunnel.listen(0, '127.0.0.1')
  await once(tunnel, 'listening')
  const address = tunnel.address()
  assert(address !== null && typeof address === 'object')
  const section = sectionFor(api, {
    apiHost: 'localhost',
    httpProxyHost: '127.0.0.1',
    httpProxyPort: address.port,
  })
  const proxy = await ProxyAtWork.start(section)
  assert.equal((await proxy.signIn('alice', 'push'))?.accepted, true)
  assert.deepEqual([...new Set(asked)], [`localhost:${api.port}`])
  await proxy.stop()
  tunnel.closeAllConnections()
  tunnel.close()
})
