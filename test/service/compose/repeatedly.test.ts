import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { silentLog } from '../../../src/host/log.ts'
import { repeatedly } from '../../../src/service/compose/repeatedly.ts'

describe('upkeep', () => {
  test('logs a round that fails, but not one that fails after the stop', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const warn = t.mock.fn()
    let round = Promise.withResolvers<void>()
    const stop = repeatedly(1000, { ...silentLog, warn }, () => round.promise)
    t.mock.timers.tick(1000)
    round.reject(new Error('the database is busy'))
    await new Promise(setImmediate)
    assert.equal(warn.mock.callCount(), 1)
    round = Promise.withResolvers()
    t.mock.timers.tick(1000)
    stop()
    round.reject(new Error('the database is closed'))
    await new Promise(setImmediate)
    assert.equal(warn.mock.callCount(), 1)
  })
})
