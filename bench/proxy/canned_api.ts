/**
 * An Auth API that always allows: TLS sockets and HTTP by hand, since it shares its core with the clients that
 * ask. Started with the PEM files of its certificate and key; prints its three ports. On the first,
 * `check` names no capability; on the second, the two that make one call enough; on the third, also message
 * connections.
 */
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { oneCall } from '../../src/duo/index.ts'
import { listenForMessages } from './canned_messages.ts'

const [certificateFile = '', keyFile = ''] = process.argv.slice(2)

const answers = {
  preauth: answer({
    result: 'auth',
    status_msg: 'Account is active',
    devices: [
      {
        device: 'DPFZRS9FB0D46QFTM891',
        type: 'phone',
        name: '',
        number: 'XXX-XXX-0100',
        display_name: 'iOS (XXX-XXX-0100)',
        capabilities: ['auto', 'push', 'sms', 'phone', 'mobile_otp'],
      },
    ],
  }),
  auth: answer({ result: 'allow', status: 'allow', status_msg: 'Success. Logging you in...' }),
  ping: answer({ time: 1_795_538_639 }),
}
const noContent = Buffer.from('HTTP/1.1 204 No Content\r\n\r\n', 'latin1')
const counts = { preauth: 0, auth: 0 }

const certified = { cert: readFileSync(certificateFile), key: readFileSync(keyFile) }
const messages = listenForMessages(certified, () => {
  counts.auth++
})
await Promise.all([listen([]), listen(oneCall), messages]).then((ports) => {
  process.stdout.write(`${JSON.stringify({ ports })}\n`)
})

async function listen(capabilities: readonly string[]): Promise<number> {
  const check = answer({ time: 1_795_538_639, capabilities })
  const server: Server = createServer({ ...certified, minVersion: 'TLSv1.2' }, (socket) =>
    converse(socket, check),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

function converse(socket: TLSSocket, check: Buffer): void {
  let pending = ''
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    pending += chunk.latin1Slice(0, chunk.length)
    for (;;) {
      const headEnd = pending.indexOf('\r\n\r\n')
      if (headEnd < 0) return
      const head = pending.slice(0, headEnd)
      const end = headEnd + 4 + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
      if (pending.length < end) return
      pending = pending.slice(end)
      socket.write(answerTo(head, check))
    }
  })
}

function answerTo(head: string, check: Buffer): Buffer {
  if (head.startsWith('POST /auth/v2/auth ')) {
    counts.auth++
    return answers.auth
  }
  if (head.startsWith('POST /auth/v2/preauth ')) {
    counts.preauth++
    return answers.preauth
  }
  if (head.startsWith('POST /no-content ')) {
    counts.auth++
    return noContent
  }
  if (head.startsWith('GET /auth/v2/check')) return check
  return head.startsWith('GET /counts ') ? answer(counts) : answers.ping
}

function answer(response: object): Buffer {
  const body = JSON.stringify({ stat: 'OK', response })
  return Buffer.from(
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n' +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
    'latin1',
  )
}
