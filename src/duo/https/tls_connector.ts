import { isIP } from 'node:net'
import { type ConnectionOptions, connect } from 'node:tls'
import { type buildConnector, errors } from 'undici'

export interface TlsConnectorOptions {
  readonly tls: ConnectionOptions
  /** Where to connect instead of the name in the URL, whose certificate is still expected. */
  readonly address: string
  /** `h2` alone, because some servers choose HTTP/1 for clients that accept both. */
  readonly protocol: 'h2' | 'http/1.1'
  /** Limit for TCP and TLS together. */
  readonly timeoutMs: () => number
}

const httpsPort = 443
const keepAliveDelayMs = 15_000

/** Connects to one address, and resumes its last TLS session. */
export function tlsConnector(options: TlsConnectorOptions): buildConnector.connector {
  const { tls, address, protocol } = options
  let session: Buffer | undefined
  return ({ hostname, port }, callback) => {
    const timeoutMs = options.timeoutMs()
    const to = { host: address, port: Number(port === '' ? httpsPort : port) }
    const socket = connect({
      ...tls,
      ...to,
      ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
      ...(session === undefined ? {} : { session }),
      ALPNProtocols: [protocol],
    })
    const late = setTimeout(() => {
      const where = `${to.host}:${to.port}`
      socket.destroy(new errors.ConnectTimeoutError(`no connection to ${where} in ${timeoutMs} ms`))
    }, timeoutMs)
    let called = false
    socket.setNoDelay(true).setKeepAlive(true, keepAliveDelayMs)
    socket.on('session', (latest) => {
      session = latest
    })
    socket.once('secureConnect', () => {
      clearTimeout(late)
      if (protocol === 'h2' && socket.alpnProtocol !== 'h2') {
        return void socket.destroy(new Error('no HTTP/2'))
      }
      called = true
      callback(null, socket)
    })
    socket.on('error', (error) => {
      clearTimeout(late)
      session = undefined
      if (called) return
      called = true
      callback(error, null)
    })
  }
}
