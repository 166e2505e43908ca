import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { connect as tlsConnect } from 'node:tls'
import { messagesPath, messagesProtocol } from '../../../../src/duo/index.ts'
import { closedByPeer, tlsConnection } from '../../../rig/raw_connections.ts'
import { TestService } from '../../../rig/service.ts'
import { until } from '../../../rig/until.ts'

const ping = 'GET /auth/v2/ping HTTP/1.1\r\nHost: localhost\r\n\r\n'
const upgrade = [
  `GET ${messagesPath} HTTP/1.1`,
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  `Sec-WebSocket-Protocol: ${messagesProtocol}`,
  '\r\n',
].join('\r\n')

describe('a request for a WebSocket without a key', () => {
  let service: TestService
  before(async () => {
    service = await TestService.start()
  })
  after(() => service.close())

  test('does no harm behind a request that is not answered yet', async () => {
    const socket = await tlsConnection(service.port)
    socket.write(`${ping}${upgrade}`)
    await closedByPeer(socket)
    const { status } = await service.send({ method: 'GET', path: '/auth/v2/ping' })
    assert.equal(status, 200)
  })

  test('is answered, and its connection closed even if the client keeps its side open', async () => {
    const tcp = connect({ host: '127.0.0.1', port: service.port, allowHalfOpen: true })
    const options = { rejectUnauthorized: false, allowHalfOpen: true }
    const socket = tlsConnect({ socket: tcp, ...options })
    await once(socket, 'secureConnect')
    socket.write(upgrade)
    let received = ''
    socket.on('data', (chunk) => {
      received += String(chunk)
    })
    await once(socket, 'end')
    assert.match(received, /^HTTP\/1\.1 401 /)
    socket.on('error', () => {})
    // what arrives on a closed connection is answered with a reset
    await until(() => {
      if (!socket.destroyed) socket.write('more')
      return socket.destroyed
    })
  })
})
