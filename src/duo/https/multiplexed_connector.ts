import { type ConnectionOptions, connect } from 'node:tls'
import type { buildConnector } from 'undici'

/** Connects by HTTP/2 only: some servers choose HTTP/1 for clients that accept both. */
export function multiplexedConnector(
  options: ConnectionOptions & { readonly timeout: number },
): buildConnector.connector {
  return ({ hostname, port, servername = '' }, callback) => {
    const { timeout, ...tls } = options
    const socket = connect({
      ...tls,
      ...(servername === '' ? {} : { servername }),
      host: hostname,
      port: Number(port === '' ? httpsPort : port),
      ALPNProtocols: ['h2'],
    })
    const late = setTimeout(() => socket.destroy(new Error('no connection in time')), timeout)
    let called = false
    socket.setNoDelay(true).setKeepAlive(true)
    socket.once('secureConnect', () => {
      clearTimeout(late)
      if (socket.alpnProtocol !== 'h2') return void socket.destroy(new Error('no HTTP/2'))
      called = true
      callback(null, socket)
    })
    socket.on('error', (error) => {
      clearTimeout(late)
      if (called) return
      called = true
      callback(error, null)
    })
  }
}

const httpsPort = 443
