import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { Secret } from '../../../src/host/secret.ts'
import { PostgresConnections } from '../../../src/service/store/postgres_connections.ts'

const authenticated = message('R', Buffer.alloc(4))
const ready = message('Z', Buffer.from('I'))
const ended = message(
  'E',
  Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'),
)

test('a connection that PostgreSQL ends as it begins fails its user, and not the process', async () => {
  const server = createServer((socket) => {
    // in one segment, so that the pool hears of the end before it has the connection
    socket.once('data', () => socket.end(Buffer.concat([authenticated, ready, ended])))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(address !== null && typeof address !== 'string')
  const url = new Secret(`postgres://someone@127.0.0.1:${address.port}/countersign`)
  const pool = new PostgresConnections(url).pool()
  const client = await pool.connect()
  await assert.rejects(client.query('select 1'))
  client.release(true)
  await pool.end()
  server.close()
})

/** A message of the PostgreSQL protocol: type, length with itself, content. */
function message(type: string, content: Buffer): Buffer {
  const head = Buffer.from(`${type}\0\0\0\0`)
  head.writeInt32BE(content.length + 4, 1)
  return Buffer.concat([head, content])
}
