import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { afterRunning } from '../../src/duo/https/running_time.ts'

describe('a limit that counts only time in which the process runs', () => {
  test('expires once', async () => {
    let expired = 0
    afterRunning(5, () => expired++)
    await delay(50)
    assert.equal(expired, 1)
  })

  test('does not expire once it is cancelled', async () => {
    let expired = 0
    const cancel = afterRunning(40, () => expired++)
    await delay(10)
    cancel()
    await delay(100)
    assert.equal(expired, 0)
  })

  test('a stall longer than the span does not use it up', async () => {
    let expired = false
    const cancel = afterRunning(200, () => {
      expired = true
    })
    await delay(1)
    stall(400)
    await delay(5)
    assert.equal(expired, false)
    cancel()
  })

  test('data that arrived during a stall is read before the limit expires', async () => {
    // another thread sends while this one stalls
    const server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = server.address()
    assert(address !== null && typeof address === 'object')
    const worker = new Worker(
      `const { connect } = require('node:net')
       const socket = connect(${address.port}, '127.0.0.1')
       socket.on('data', () => setTimeout(() => socket.end('answer'), 20))`,
      { eval: true },
    )
    const [socket] = await once(server, 'connection')
    const seen: string[] = []
    socket.on('data', () => seen.push('answer'))
    socket.write('question')
    afterRunning(10, () => seen.push('expired'))
    stall(200)
    await delay(50)
    // the last of ten ticks comes after the stall
    assert.equal(seen[0], 'answer')
    await worker.terminate()
    server.close()
  })
})

function stall(milliseconds: number): void {
  const until = performance.now() + milliseconds
  while (performance.now() < until);
}
