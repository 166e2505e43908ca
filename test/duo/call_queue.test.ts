import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { CallQueue } from '../../src/duo/https/call_queue.ts'

const neverMs = 60_000

describe('the queue for connections to the API', () => {
  test('admits calls at once up to the limit', async () => {
    const queue = new CallQueue({ maxRunning: 2, maxWaiting: 10 })
    assert.deepEqual([enter(queue), enter(queue)], [undefined, undefined])
    const third = enter(queue)
    assert(third !== undefined)
    queue.leave()
    await third
  })

  test('admits calls in order of arrival', async () => {
    const queue = new CallQueue({ maxRunning: 1, maxWaiting: 10 })
    const order: number[] = []
    void enter(queue)
    const all = [1, 2, 3].map((name) => enter(queue)?.then(() => order.push(name)))
    for (const _ of all) queue.leave()
    await Promise.all(all)
    assert.deepEqual(order, [1, 2, 3])
  })

  test('refuses a call if too many wait', async () => {
    const queue = new CallQueue({ maxRunning: 1, maxWaiting: 1 })
    void enter(queue)
    const waiting = enter(queue)
    await assert.rejects(async () => enter(queue), overload)
    queue.leave()
    await waiting
    // the admitted call no longer counts as waiting
    const next = enter(queue)
    queue.leave()
    await next
  })

  test('neither counts nor admits waiting calls that were cancelled', async () => {
    const queue = new CallQueue({ maxRunning: 1, maxWaiting: 2 })
    void enter(queue)
    const controller = new AbortController()
    const expired = enter(queue, 5)
    const aborted = enter(queue, neverMs, controller.signal)
    controller.abort()
    await assert.rejects(async () => aborted, { reason: 'cancelled', mayHaveBeenReceived: false })
    await assert.rejects(async () => expired, overload)
    const waiting = [enter(queue), enter(queue)]
    await assert.rejects(async () => enter(queue), overload)
    for (const call of waiting) {
      queue.leave()
      await call
    }
    queue.leave()
    assert.equal(enter(queue), undefined)
    assert(enter(queue, 5)?.catch(() => {}) !== undefined, 'one place, not two')
  })

  test('refuses a call that was already cancelled', async () => {
    const queue = new CallQueue({ maxRunning: 1, maxWaiting: 1 })
    await assert.rejects(async () => enter(queue, neverMs, AbortSignal.abort()), {
      reason: 'cancelled',
    })
    assert.equal(enter(queue), undefined)
  })

  test('counts exactly over thousands of calls, a third of them cancelled', async () => {
    const queue = new CallQueue({ maxRunning: 3, maxWaiting: 5_000 })
    let running = 0
    let maxRunning = 0
    let cancelled = 0
    const calls = Array.from({ length: 5_000 }, async (_, index) => {
      const giveUp = new AbortController()
      try {
        const entered = enter(queue, neverMs, giveUp.signal)
        if (index % 3 === 0) giveUp.abort()
        await entered
        assert.equal(getEventListeners(giveUp.signal, 'abort').length, 0)
      } catch {
        cancelled++
        return
      }
      maxRunning = Math.max(maxRunning, ++running)
      await turn()
      running--
      queue.leave()
    })
    await Promise.all(calls)
    // the first call was admitted at once, so it could not be cancelled
    assert.deepEqual([maxRunning, running, cancelled], [3, 0, 1_666])
    assert.deepEqual([enter(queue), enter(queue), enter(queue)], [undefined, undefined, undefined])
    assert(enter(queue, 5)?.catch(() => {}) !== undefined)
  })
})

const overload = { reason: 'overload', mayHaveBeenReceived: false }

function enter(
  queue: CallQueue,
  limitMs = neverMs,
  signal?: AbortSignal,
): Promise<void> | undefined {
  return queue.enter(limitMs, signal)
}
