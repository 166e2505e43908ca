/**
 * The least that a proxy on Node and undici can do: datagram in, one or two requests to the API,
 * signed reply out; no configuration, log, signature, memory of duplicates or failmode. Started
 * with `BareOptions` as JSON; prints its port.
 */
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { Pool } from 'undici'
import {
  Code,
  decodePacket,
  encodeReply,
  revealPassword,
  SharedSecret,
  Type,
} from '../../src/radius/index.ts'

export interface BareOptions {
  readonly secret: string
  readonly apiPort: number
  readonly caFile: string
  readonly calls: 1 | 2
}

const options: BareOptions = JSON.parse(process.argv[2] ?? '{}')
const secret = new SharedSecret(options.secret)
const pool = new Pool(`https://localhost:${options.apiPort}`, {
  connections: 64,
  connect: { ca: readFileSync(options.caFile) },
})
const headers = { 'content-type': 'application/x-www-form-urlencoded' }
const socket = createSocket({ type: 'udp4', lookup: (host, _options, done) => done(null, host, 4) })
socket.on('message', (datagram, from) => {
  void answer(datagram).then((reply) => socket.send(reply, from.port, from.address))
})
socket.bind(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: socket.address().port })}\n`)
})

async function answer(datagram: Uint8Array): Promise<Uint8Array> {
  const request = decodePacket(datagram)
  const hidden = request.first(Type.UserPassword) ?? new Uint8Array(16)
  const passcode = Buffer.from(revealPassword(hidden, secret.octets, request.authenticator))
  const username = Buffer.from(request.first(Type.UserName) ?? []).toString()
  if (options.calls === 2) await post('/auth/v2/preauth', `username=${username}`)
  const answered = await post(
    '/auth/v2/auth',
    `username=${username}&factor=passcode&passcode=${passcode.toString()}`,
  )
  const accepted = answered.includes('"allow"')
  return encodeReply(accepted ? Code.AccessAccept : Code.AccessReject, [], request, secret, {
    messageAuthenticator: true,
  })
}

async function post(path: string, body: string): Promise<string> {
  const response = await pool.request({ method: 'POST', path, headers, body })
  return response.body.text()
}
