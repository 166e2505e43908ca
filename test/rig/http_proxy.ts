import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** A proxy on loopback between a client and a service. */
export interface TestProxy {
  readonly port: number
  close(): void
}

/** An HTTP proxy that opens tunnels for CONNECT; `asked` gets the targets. */
export async function startTunnelProxy(servicePort: number, asked: string[]): Promise<TestProxy> {
  const tunnel = createServer()
  tunnel.on('connect', (request, client: Socket) => {
    asked.push(request.url ?? '')
    const server = connect(servicePort, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      join(client, server)
    })
  })
  return await listening(tunnel, () => tunnel.closeAllConnections())
}

/**
 * A plain HTTP proxy: takes requests without TLS and passes them on over TLS as they are, with the
 * absolute target that clients send to proxies.
 */
export async function startPlainProxy(servicePort: number, ca: string): Promise<TestProxy> {
  const proxy = createTcpServer((client) => {
    join(client, connectTls({ port: servicePort, host: '127.0.0.1', servername: 'localhost', ca }))
  })
  return await listening(proxy, () => undefined)
}

function join(client: Socket, server: Socket): void {
  server.pipe(client)
  client.pipe(server)
  for (const end of [client, server]) end.on('error', () => {})
}

async function listening(server: Server, cutOff: () => void): Promise<TestProxy> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    close: () => {
      cutOff()
      server.close()
    },
  }
}
