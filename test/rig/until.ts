import assert from 'node:assert/strict'
import { setTimeout as passed } from 'node:timers/promises'

/**
 * Waits for what comes by itself, and fails where it does not come: a test that waited for ever would
 * keep the whole run from ending.
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  withinMs = 20_000,
): Promise<void> {
  const end = performance.now() + withinMs
  while (!(await condition())) {
    assert(performance.now() < end, `it has not come in ${withinMs} ms: ${condition}`)
    await passed(10)
  }
}
