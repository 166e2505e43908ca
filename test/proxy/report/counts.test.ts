import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DropTimes } from '../../../src/proxy/report/drop_times.ts'
import { Latencies } from '../../../src/proxy/report/latencies.ts'
import { RollingCount } from '../../../src/proxy/report/rolling_count.ts'
import { ServerCounters } from '../../../src/radius/udp/counters.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

describe('a rolling count', () => {
  test('forgets what is older than its span', () => {
    const count = new RollingCount(hourMs, 60)
    count.add(0)
    count.add(30 * minuteMs)
    count.add(30 * minuteMs)
    assert.equal(count.sum(59 * minuteMs), 3)
    assert.equal(count.sum(60 * minuteMs), 2)
    assert.equal(count.sum(90 * minuteMs), 0)
  })

  test('is empty after a gap of many spans, and counts again', () => {
    const count = new RollingCount(hourMs, 60)
    for (let minute = 0; minute < 120; minute++) count.add(minute * minuteMs)
    assert.equal(count.sum(119 * minuteMs), 60)
    assert.equal(count.sum(1000 * hourMs), 0)
    count.add(1000 * hourMs)
    assert.equal(count.sum(1000 * hourMs), 1)
  })

  test('starts anywhere on the clock', () => {
    const count = new RollingCount(hourMs, 60)
    count.add(123_456_789)
    assert.equal(count.sum(123_456_789), 1)
  })
})

describe('latencies', () => {
  test('are summed up by the nearest rank', () => {
    const latencies = new Latencies()
    assert.equal(latencies.summary(0), undefined)
    for (let ms = 100; ms >= 1; ms--) latencies.add(ms, 0)
    assert.deepEqual(latencies.summary(0), { count: 100, p50_ms: 50, p95_ms: 95 })
  })

  test('keep the last 512 within an hour', () => {
    const latencies = new Latencies()
    for (let index = 0; index < 600; index++) latencies.add(index < 88 ? 9999 : 7, 0)
    assert.deepEqual(latencies.summary(hourMs), { count: 512, p50_ms: 7, p95_ms: 7 })
    latencies.add(3, hourMs)
    assert.deepEqual(latencies.summary(hourMs + 1), { count: 1, p50_ms: 3, p95_ms: 3 })
  })
})

describe('times of drops', () => {
  test('are those of the report in which the count has changed', () => {
    const { dropped } = new ServerCounters()
    const times = new DropTimes()
    times.observe(dropped, 0)
    assert.equal(times.lastAt('unknown-client'), undefined)
    dropped['unknown-client'] = 3
    times.observe(dropped, 1000)
    times.observe(dropped, 2000)
    assert.equal(times.lastAt('unknown-client'), 1000)
    // a new listener
    dropped['unknown-client'] = 1
    times.observe(dropped, 3000)
    assert.equal(times.lastAt('unknown-client'), 3000)
  })
})
