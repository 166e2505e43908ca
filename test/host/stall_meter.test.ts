import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StallMeter } from '../../src/host/stall_meter.ts'
import { until } from '../rig/until.ts'

test('StallMeter says how long the process could not run, and how long unread data may have waited', async () => {
  const meter = new StallMeter()
  const blockedUntil = performance.now() + 800
  while (performance.now() < blockedUntil);
  // before its timer has noticed
  assert.ok(meter.unreadMs > 500)
  await until(() => meter.stalledMs > 500)
  assert.ok(meter.unreadMs > 700)
  assert.ok(Number.isInteger(meter.unreadMs))
  await until(() => meter.unreadMs === 0)
  meter.close()
})
