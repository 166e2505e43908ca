import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { TimerWheel } from '../../src/host/timer_wheel.ts'

describe('TimerWheel', () => {
  test('calls back in the order of the limits, also of those beyond one round', (context) => {
    context.mock.timers.enable({ apis: ['setInterval', 'setImmediate'] })
    const wheel = new TimerWheel()
    const called: string[] = []
    wheel.after(20_000, () => called.push('20 s'))
    wheel.after(100, () => called.push('100 ms'))
    wheel.after(1_000, () => called.push('1 s'))
    advance(context, 200)
    assert.deepEqual(called, ['100 ms'])
    advance(context, 1_000)
    assert.deepEqual(called, ['100 ms', '1 s'])
    advance(context, 18_000)
    assert.deepEqual(called, ['100 ms', '1 s'])
    advance(context, 1_000)
    assert.deepEqual(called, ['100 ms', '1 s', '20 s'])
  })

  test('does not call back after stop', (context) => {
    context.mock.timers.enable({ apis: ['setInterval', 'setImmediate'] })
    const wheel = new TimerWheel()
    const called: number[] = []
    const limits = [0, 1, 2].map((index) => wheel.after(100, () => called.push(index)))
    limits[1]?.stop()
    limits[1]?.stop()
    advance(context, 1_000)
    limits[0]?.stop()
    assert.deepEqual(called.toSorted(), [0, 2])
  })

  test('runs no timer without a limit, and one again with the next', (context) => {
    context.mock.timers.enable({ apis: ['setInterval', 'setImmediate'] })
    const wheel = new TimerWheel()
    let calls = 0
    wheel.after(100, () => calls++).stop()
    wheel.after(100, () => calls++)
    advance(context, 300)
    wheel.after(100, () => calls++)
    advance(context, 300)
    assert.equal(calls, 2)
  })
})

/** In steps of a tick: the mock runs what is due in one step before anything else. */
function advance(context: { mock: { timers: { tick(ms: number): void } } }, ms: number): void {
  for (let passed = 0; passed < ms; passed += 25) context.mock.timers.tick(25)
}
