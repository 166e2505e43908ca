/**
 * Sends wrong passcodes as an appliance would, at a given rate, and retransmits each unanswered one
 * every 5 s until 20 s have passed: node guess_burst.ts OPTIONS, where OPTIONS is `BurstOptions` as
 * JSON. Prints a `BurstFigures` as JSON.
 */
import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { Code, encodeAccessRequest, SharedSecret, verifyReply } from '../../../src/radius/index.ts'

export interface BurstOptions {
  readonly port: number
  readonly secret: string
  /** Request n is for `usernames[n % usernames.length]`. */
  readonly usernames: readonly string[]
  readonly count: number
  /** Requests a second. */
  readonly rate: number
}

export interface BurstFigures {
  readonly accepted: number
  readonly rejected: number
  readonly silent: number
  /** How often each Reply-Message came. */
  readonly messages: Readonly<Record<string, number>>
  readonly slowestMs: number
}

interface Guess {
  readonly octets: Uint8Array
  readonly authenticator: Uint8Array
  readonly socket: Socket
  readonly sentAt: number
  transmissions: number
}

const identifiers = 256
const retransmitMs = 5_000
const maxTransmissions = 4
const tickMs = 10

const options: BurstOptions = JSON.parse(process.argv[2] ?? '{}')
const secret = new SharedSecret(options.secret)
const figures = { accepted: 0, rejected: 0, silent: 0, slowestMs: 0 }
const messages: Record<string, number> = {}
const pending = new Map<string, Guess>()

const sockets = await Promise.all(
  Array.from({ length: Math.ceil(options.count / identifiers) }, openSocket),
)
let sent = 0
const sender = setInterval(() => {
  const due = Math.min(options.count, sent + Math.ceil((options.rate * tickMs) / 1000))
  for (; sent < due; sent++) send(sent)
  if (sent === options.count) clearInterval(sender)
}, tickMs)
while (sent < options.count || pending.size > 0) {
  await new Promise((resolve) => setTimeout(resolve, 500))
  retransmit()
}
process.stdout.write(`${JSON.stringify({ ...figures, messages })}\n`)
for (const socket of sockets) socket.close()

async function openSocket(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  socket.on('message', (datagram) => receive(socket, datagram))
  return socket
}

function send(index: number): void {
  const socket = sockets[Math.floor(index / identifiers)]
  if (socket === undefined) return
  const authenticator = randomBytes(16)
  const username = options.usernames[index % options.usernames.length] ?? ''
  // six digits that differ, so that no guess repeats another
  const password = new TextEncoder().encode(String(index % 1_000_000).padStart(6, '0'))
  const octets = encodeAccessRequest(index % identifiers, authenticator, secret, {
    username,
    password,
    attributes: [],
  })
  const guess = { octets, authenticator, socket, sentAt: performance.now(), transmissions: 1 }
  pending.set(toKey(socket, index % identifiers), guess)
  socket.send(octets, options.port, '127.0.0.1')
}

function receive(socket: Socket, datagram: Uint8Array): void {
  const key = toKey(socket, datagram[1] ?? 0)
  const guess = pending.get(key)
  if (guess === undefined) return
  const reply = verifyReply(datagram, guess.authenticator, secret)
  pending.delete(key)
  figures.slowestMs = Math.max(figures.slowestMs, Math.round(performance.now() - guess.sentAt))
  if (reply.code === Code.AccessAccept) figures.accepted++
  else figures.rejected++
  const message = reply.attributes
    .filter(({ type }) => type === 18)
    .map(({ value }) => Buffer.from(value).toString())
    .join('')
    .replace(/https:\S+/, '[link]')
  messages[message] = (messages[message] ?? 0) + 1
}

function retransmit(): void {
  const now = performance.now()
  for (const [key, guess] of pending) {
    if (now - guess.sentAt < guess.transmissions * retransmitMs) continue
    if (guess.transmissions === maxTransmissions) {
      figures.silent++
      pending.delete(key)
    } else {
      guess.transmissions++
      guess.socket.send(guess.octets, options.port, '127.0.0.1')
    }
  }
}

function toKey(socket: Socket, identifier: number): string {
  return `${socket.address().port} ${identifier}`
}
