/**
 * Floods the service with unsigned requests, and reads its replies: node
 * request_flood.ts KIND PORT CONNECTIONS IKEY. Prints how often each HTTP status came, as JSON, on
 * SIGTERM.
 *
 * - `forms`: HTTP/1.1, forms of 65 KB with a real integration key and a false signature;
 * - `streams`: HTTP/2, as many requests at once as the service allows, each with another key.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect, type TLSSocket } from 'node:tls'

const [kind = '', port = '', connections = '', ikey = ''] = process.argv.slice(2)
const path = '/auth/v2/preauth'
const contentType = 'application/x-www-form-urlencoded'
const statuses: Record<string, number> = {}

const floods: Readonly<Record<string, () => Promise<void>>> = { forms, streams }
const flood = floods[kind]
if (flood === undefined) throw new Error(`unknown kind of flood: ${kind}`)
process.on('SIGTERM', () => {
  process.stdout.write(`${JSON.stringify(statuses)}\n`)
  process.exit(0)
})
for (let index = 0; index < Number(connections); index++) void repeat(flood)

async function repeat(once: () => Promise<void>): Promise<never> {
  for (;;) {
    await once()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function open(protocol: string): TLSSocket {
  const options = {
    ...{ host: '127.0.0.1', port: Number(port), servername: 'localhost' },
    // the flood does not check certificates
    rejectUnauthorized: false,
    localAddress: '127.0.0.9',
    ALPNProtocols: [protocol],
  }
  return connect(options).on('error', () => {})
}

async function forms(): Promise<void> {
  const socket = open('http/1.1')
  const body = 'a=%41&'.repeat(10_800)
  const credentials = Buffer.from(`${ikey}:${'a'.repeat(128)}`).toString('base64')
  const send = () => {
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: localhost\r\ndate: ${new Date().toUTCString()}\r\ncontent-type: ${contentType}\r\ncontent-length: ${body.length}\r\nauthorization: Basic ${credentials}\r\n\r\n${body}`,
    )
  }
  socket.on('secureConnect', send)
  socket.on('data', (data) => {
    count(String(data).slice(9, 12))
    send()
  })
  await once(socket, 'close')
}

async function streams(): Promise<void> {
  const session = connectHttp2(`https://localhost:${port}`, { createConnection: () => open('h2') })
  session.on('error', () => {})
  let pending = 0
  const fill = () => {
    const most = Math.min(100, session.remoteSettings?.maxConcurrentStreams ?? 100)
    while (!session.closed && !session.destroyed && pending < most) {
      pending++
      const credentials = `DI${randomBytes(9).toString('hex').toUpperCase()}:${'a'.repeat(40)}`
      const stream = session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': contentType,
        authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      })
      stream.on('response', (headers) => count(String(headers[':status'])))
      stream.on('error', () => {})
      stream.on('close', () => {
        pending--
        fill()
      })
      stream.resume().end('username=alice')
    }
  }
  session.on('connect', () => session.once('remoteSettings', fill))
  await new Promise((resolve) => session.once('close', resolve))
}

function count(status: string): void {
  statuses[status] = (statuses[status] ?? 0) + 1
}
