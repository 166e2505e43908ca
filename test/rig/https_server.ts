import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer, type ServerOptions } from 'node:https'

/** An HTTPS server on loopback, for tests that need a bad certificate or a wrong answer. */
export interface TestHttpsServer extends AsyncDisposable {
  readonly port: number
}

export async function startHttps(
  options: ServerOptions,
  answer: RequestListener,
): Promise<TestHttpsServer> {
  const server = createServer(options, answer)
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
