import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { afterRunning } from '../../src/duo/https/running_time.ts'
import { until } from '../rig/until.ts'

describe('a timeout that counts only time in which the process runs', () => {
  test('expires once', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    let expired = 0
    afterRunning(50, () => expired++)
    await runFor(t, 49)
    assert.equal(expired, 0)
    await runFor(t, 100)
    assert.equal(expired, 1)
  })

  test('does not expire after it was cancelled', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    let expired = 0
    const cancel = afterRunning(50, () => expired++)
    await runFor(t, 10)
    cancel()
    await runFor(t, 100)
    assert.equal(expired, 0)
  })

  test('does not expire during a stall of the process', async () => {
    let expired = false
    const cancel = afterRunning(200, () => {
      expired = true
    })
    stall(400)
    // one turn for the due timer, and one for its callback
    await turn()
    await turn()
    assert.equal(expired, false)
    cancel()
  })

  test('expires after data that arrived during a stall was read', async () => {
    // another thread sends while this one is blocked
    const sent = new Int32Array(new SharedArrayBuffer(4))
    const server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = server.address()
    assert(address !== null && typeof address === 'object')
    const worker = new Worker(
      `const { connect } = require('node:net')
       const { workerData: sent } = require('node:worker_threads')
       const socket = connect(${address.port}, '127.0.0.1')
       socket.on('data', () => socket.end('answer', () => {
         Atomics.store(sent, 0, 1)
         Atomics.notify(sent, 0)
       }))`,
      { eval: true, workerData: sent },
    )
    const [socket] = await once(server, 'connection')
    const seen: string[] = []
    socket.on('data', () => seen.push('answer'))
    socket.write('question')
    await turn()
    afterRunning(10, () => seen.push('expired'))
    Atomics.wait(sent, 0, 0)
    stall(20)
    await until(() => seen.includes('expired'))
    assert.deepEqual(seen, ['answer', 'expired'])
    await worker.terminate()
    server.close()
  })
})

/** Advances the mocked timers by 1 ms at a time, with a turn of the event loop after each. */
async function runFor(t: TestContext, milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed++) {
    t.mock.timers.tick(1)
    await turn()
  }
}

function stall(milliseconds: number): void {
  const until = performance.now() + milliseconds
  while (performance.now() < until);
}
