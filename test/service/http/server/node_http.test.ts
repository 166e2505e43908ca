import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { createServer, request as requestHttp1, type Server } from 'node:https'
import { connect, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import {
  type Certified,
  makeAuthority,
  makeServerCertificate,
} from '../../../../src/service/http/server/certificate_authority.ts'
import {
  beginHttp2Session,
  findSession,
  interceptConnections,
  interceptSecureConnections,
} from '../../../../src/service/http/server/node_http.ts'

/** Checks the behaviour of Node that node_http.ts relies on. */
describe('Node', () => {
  let authority: Certified
  let options: { cert: string; key: string; ALPNProtocols: string[] }
  const servers: Server[] = []

  before(async () => {
    authority = await makeAuthority(Date.now())
    const { certificate, key } = await makeServerCertificate(authority, ['127.0.0.1'], Date.now())
    options = { cert: certificate, key, ALPNProtocols: ['http/1.1', 'h2'] }
  })
  after(() => {
    for (const server of servers) server.close()
    for (const server of servers) server.closeAllConnections()
  })

  const newServer = () => {
    const server = createServer(options, (_request, response) => response.end('answered'))
    servers.push(server)
    return server
  }
  const listen = async (server: Server): Promise<number> => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = server.address()
    assert.ok(address !== null && typeof address !== 'string')
    return address.port
  }
  const requestPage = async (port: number): Promise<string> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const ca = authority.certificate
    requestHttp1({ host: '127.0.0.1', port, ca, agent: false }, async (response) => {
      resolve((await response.toArray()).join(''))
    })
      .on('error', reject)
      .end()
    return await promise
  }

  test('starts TLS in the only listener of `connection`', () => {
    assert.equal(newServer().listenerCount('connection'), 1)
  })

  test('serves HTTP/1 in the only listener of `secureConnection`', () => {
    assert.equal(newServer().listenerCount('secureConnection'), 1)
  })

  test('serves a connection after its intercepted listeners are called', async () => {
    const server = newServer()
    const seen: string[] = []
    interceptConnections(server, (_socket, startTls) => {
      seen.push('connection')
      startTls()
    })
    interceptSecureConnections(server, (_socket, serveHttp1) => {
      seen.push('secureConnection')
      serveHttp1()
    })
    assert.equal(await requestPage(await listen(server)), 'answered')
    assert.deepEqual(seen, ['connection', 'secureConnection'])
  })

  test('starts no TLS if the connection is not admitted', async () => {
    const server = newServer()
    interceptConnections(server, (socket) => socket.destroy())
    const client = connect(await listen(server), '127.0.0.1')
    await once(client, 'close')
    assert.equal(client.bytesRead, 0)
  })

  test('gives the TLS socket the peer of its TCP socket', async () => {
    const server = newServer()
    const peers: string[] = []
    const describePeer = ({ remoteAddress, remotePort, localAddress }: Socket) =>
      `${remoteAddress} ${remotePort} ${localAddress}`
    interceptConnections(server, (socket, startTls) => {
      peers.push(describePeer(socket))
      startTls()
    })
    interceptSecureConnections(server, (socket, serveHttp1) => {
      peers.push(describePeer(socket))
      serveHttp1()
    })
    await requestPage(await listen(server))
    assert.equal(peers.length, 2)
    assert.equal(peers[0], peers[1])
  })

  test('gives an HTTP/1 request the TLS socket, and no session', async () => {
    const server = newServer()
    let secured: TLSSocket | undefined
    interceptSecureConnections(server, (socket, serveHttp1) => {
      secured = socket
      serveHttp1()
    })
    const received = once(server, 'request')
    await requestPage(await listen(server))
    const [request] = await received
    assert.equal(request.socket, secured)
    assert.equal(findSession(request), undefined)
  })

  test('starts an HTTP/2 session on the socket of an HTTPS server', async () => {
    const server = newServer()
    let requestSession: object | undefined
    const http2 = createHttp2Server((request, response) => {
      requestSession = findSession(request)
      response.end('answered')
    })
    let startedSession: object | undefined
    interceptSecureConnections(server, (socket) => {
      startedSession = beginHttp2Session(http2, socket)
    })
    const port = await listen(server)
    const client = connectHttp2(`https://127.0.0.1:${port}`, { ca: authority.certificate })
    const stream = client.request({ ':path': '/' })
    assert.equal((await stream.toArray()).join(''), 'answered')
    assert.ok(startedSession !== undefined && requestSession === startedSession)
    client.close()
  })

  test('is refused by its version if a server has further listeners', () => {
    const server = newServer()
    server.on('connection', () => {})
    assert.throws(() => interceptConnections(server, () => {}), {
      message: `the HTTPS server of Node ${process.version} has 2 listeners of connection instead of one; use the pinned version`,
    })
  })
})
