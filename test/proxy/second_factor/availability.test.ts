import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AuthApiUnavailable, type CheckAnswer } from '../../../src/duo/index.ts'
import type { Cancellation } from '../../../src/host/cancellation.ts'
import { machineMs } from '../../../src/host/machine_time.ts'
import { StallMeter } from '../../../src/host/stall_meter.ts'
import { TimerWheel } from '../../../src/host/timer_wheel.ts'
import {
  ApiDown,
  Availability,
  type CheckedApi,
  type Since,
} from '../../../src/proxy/second_factor/availability.ts'
import { until } from '../../rig/until.ts'

/** An API whose `check` the test completes. */
class CheckedDouble implements CheckedApi {
  answers = 0
  readonly checks: PromiseWithResolvers<CheckAnswer>[] = []

  check(): Promise<CheckAnswer> {
    const check = Promise.withResolvers<CheckAnswer>()
    this.checks.push(check)
    return check.promise
  }

  /** Fails the latest check. */
  fail(error: unknown = timeout): void {
    this.checks.at(-1)?.reject(error)
  }
}

const timeout = new AuthApiUnavailable('timeout', 'no answer', { mayHaveBeenReceived: true })

/** For a process that always runs. */
const stalls = { stalledMs: 0 }

describe('evidence of an outage', () => {
  test('none if check fails only for a moment, as in a restart', async () => {
    const api = new CheckedDouble()
    const availability = new Availability(api, {
      outageAfterMs: 60_000,
      onCheck: () => {},
      timers: new TimerWheel(),
      stalls,
    })
    const outage = availability.outage(since(0))
    for (const failures of [1, 2, 3]) {
      await until(() => api.checks.length === failures)
      api.fail()
    }
    await until(() => api.checks.length === 4)
    api.checks.at(-1)?.resolve({ time: 1, capabilities: [] })
    assert.equal(await outage, undefined)
  })

  test('restarts the time if a login gets an answer between two failed checks', async () => {
    const api = new CheckedDouble()
    const availability = new Availability(api, {
      outageAfterMs: 200,
      onCheck: () => {},
      timers: new TimerWheel(),
      stalls,
    })
    const first = availability.ping()
    api.fail()
    const failingSince = (await first)?.failingSince ?? 0
    api.answers++
    const second = availability.ping()
    api.fail()
    assert.ok(((await second)?.failingSince ?? 0) > failingSince)
  })

  test('does not count time in which the proxy could not run', async () => {
    const api = new CheckedDouble()
    const stalls = new StallMeter()
    const outageAfterMs = 400
    const availability = new Availability(api, {
      outageAfterMs,
      onCheck: () => {},
      timers: new TimerWheel(),
      stalls,
    })
    const outage = availability.outage(since(0))
    const stalledUntil = performance.now() + 2 * outageAfterMs
    while (performance.now() < stalledUntil);
    await until(() => stalls.stalledMs > outageAfterMs)
    api.fail()
    await until(() => api.checks.length === 2)
    api.checks.at(-1)?.resolve({ time: 1, capabilities: [] })
    assert.equal(await outage, undefined)
    stalls.close()
  })

  test('shares one check between concurrent logins', async () => {
    const { api, availability } = watched()
    const both = [availability.outage(since(0)), availability.outage(since(0))]
    api.fail()
    const found = await Promise.all(both)
    assert.deepEqual(
      found.map((outage) => outage?.evidence),
      ['check failed: timeout: no answer', 'check failed: timeout: no answer'],
    )
    assert.equal(api.checks.length, 1)
  })

  test('none if another worker had an answer since the login began', async () => {
    const api = new CheckedDouble()
    const elsewhere = { answeredElsewhereMs: machineMs() + 60_000 }
    const options = { outageAfterMs: 0, onCheck: () => {}, timers: new TimerWheel(), stalls }
    const availability = new Availability(Object.assign(api, elsewhere), options)
    assert.equal(await availability.outage(since(0)), undefined)
  })

  test('none if any user got an answer since the login began', async () => {
    const { api, availability } = watched()
    const began = availability.now()
    api.answers++
    assert.equal(await availability.outage(began), undefined)
    assert.equal(api.checks.length, 0)
  })

  test('none if a user got an answer during the check, before the login began', async () => {
    const { api, availability } = watched()
    void availability.ping()
    api.answers++
    const outage = availability.outage(availability.now())
    api.fail()
    assert.equal(await outage, undefined)
    assert.equal(api.checks.length, 1)
    // the next check has no such answer
    const later = availability.outage(availability.now())
    api.fail()
    assert.notEqual(await later, undefined)
  })

  for (const error of [
    new AuthApiUnavailable('overload', 'EMFILE', { mayHaveBeenReceived: false }),
    new Error('something else'),
  ]) {
    test(`none if check fails by ${error.message}`, async () => {
      const { api, availability } = watched()
      const outage = availability.outage(since(0))
      api.fail(error)
      assert.equal(await outage, undefined)
    })
  }

  test('none once the proxy closes its connections', async () => {
    const { api, availability } = watched()
    const outage = availability.outage(since(0))
    availability.close()
    api.fail()
    assert.equal(await outage, undefined)
  })
})

describe('a watched call', () => {
  test('is aborted if it is slow and the API is down', async () => {
    const { api, availability } = watched()
    const call = availability.watch(since(0), { irrevocable: false }, ({ signal }) =>
      untilAborted(signal),
    )
    await until(() => api.checks.length === 1)
    api.fail()
    await assert.rejects(call, ApiDown)
  })

  test('completes if it was sent during check and must not be repeated', async () => {
    const { api, availability } = watched()
    const answer = Promise.withResolvers<string>()
    let sent = () => {}
    let aborted = () => false
    const call = availability.watch(since(0), { irrevocable: true }, ({ signal, onSent }) => {
      sent = onSent
      aborted = () => signal.aborted
      return answer.promise
    })
    await until(() => api.checks.length === 1)
    sent()
    api.fail()
    await new Promise(setImmediate)
    assert.equal(aborted(), false)
    answer.resolve('deny')
    assert.equal(await call, 'deny')
  })
})

function watched(): { api: CheckedDouble; availability: Availability } {
  const api = new CheckedDouble()
  return {
    api,
    availability: new Availability(api, {
      outageAfterMs: 0,
      onCheck: () => {},
      timers: new TimerWheel(),
      stalls,
    }),
  }
}

function untilAborted(signal: Cancellation): Promise<never> {
  return new Promise((_, reject) => {
    const cancelled = new AuthApiUnavailable('cancelled', '', { mayHaveBeenReceived: true })
    signal.addEventListener('abort', () => reject(cancelled))
  })
}

/** Of a login that began now, after so many answers. */
function since(answers: number): Since {
  return { answers, atMs: machineMs() }
}
