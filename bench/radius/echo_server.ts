/** The minimal UDP server on Node: echoes each datagram. Prints its port. */
import { createSocket } from 'node:dgram'

const socket = createSocket({
  type: 'udp4',
  recvBufferSize: 4 * 1024 * 1024,
  lookup: (host, _options, done) => done(null, host, 4),
})
socket.on('message', (datagram, from) => socket.send(datagram, from.port, from.address))
socket.bind(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: socket.address().port })}\n`)
})
