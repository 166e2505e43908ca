import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * The limit for every event that a test awaits. It only ends a test that would otherwise hang, so it is
 * long enough for a machine with a tenth of the speed.
 */
export const eventLimitMs = 60_000
const pollMs = 10

/** Waits until a condition holds; fails after `eventLimitMs`. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + eventLimitMs
  while (!(await condition())) {
    assert(performance.now() < end, `not within ${eventLimitMs} ms: ${condition}`)
    await delay(pollMs)
  }
}

/** Waits until `find` returns a value; fails after `eventLimitMs`. */
export async function untilFound<Value>(
  find: () => Value | undefined | Promise<Value | undefined>,
): Promise<Value> {
  let found: Value | undefined
  await until(async () => {
    found = await find()
    return found !== undefined
  })
  assert(found !== undefined)
  return found
}

/** Settles as `event` does; fails after `eventLimitMs`. @param what Named if it does not happen. */
export async function within<Value>(event: Promise<Value>, what: () => string): Promise<Value> {
  const done = new AbortController()
  const late = delay(eventLimitMs, undefined, { signal: done.signal }).then(
    () => assert.fail(`not within ${eventLimitMs} ms: ${what()}`),
    () => event,
  )
  try {
    return await Promise.race([event, late])
  } finally {
    done.abort()
  }
}
