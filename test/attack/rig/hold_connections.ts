import { connect, type Socket } from 'node:net'

/**
 * Opens idle TCP connections and opens each again that is closed: node hold_connections.ts PORT COUNT
 * ADDRESSES. Connections leave from 127.0.0.2 and the addresses after it. Prints how many are open and
 * how many were opened, a line a second.
 */
const [port = 0, count = 0, addresses = 1] = process.argv.slice(2).map(Number)
const atOnce = 500
const retryMs = 250
const open = new Set<Socket>()
let opened = 0

function hold(index: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const localAddress = `127.0.0.${2 + (index % addresses)}`
  const socket = connect({ host: '127.0.0.1', port, localAddress })
  socket.once('connect', () => {
    open.add(socket)
    opened++
    resolve()
  })
  socket.on('error', () => {})
  socket.once('close', () => {
    open.delete(socket)
    resolve()
    setTimeout(() => void hold(index), retryMs)
  })
  return promise
}

setInterval(() => process.stdout.write(`open ${open.size} opened ${opened}\n`), 1000)
for (let begin = 0; begin < count; begin += atOnce) {
  const end = Math.min(count, begin + atOnce)
  await Promise.all(Array.from({ length: end - begin }, (_, offset) => hold(begin + offset)))
}
