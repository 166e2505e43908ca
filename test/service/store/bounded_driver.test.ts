import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DatabaseConnection, Driver } from 'kysely'
import { BoundedDriver } from '../../../src/service/store/bounded_driver.ts'
import { retryLostConnection } from '../../../src/service/store/lost_connection_retry.ts'

/** More than the queue takes. */
const burst = 5_010

const connection: DatabaseConnection = {
  executeQuery: async () => ({ rows: [] }),
  streamQuery: () => assert.fail('nothing is streamed'),
}

function boundedDriver(acquireConnection: Driver['acquireConnection']): BoundedDriver {
  const nothing = async () => {}
  const driver: Driver = {
    init: nothing,
    acquireConnection,
    releaseConnection: nothing,
    beginTransaction: nothing,
    commitTransaction: nothing,
    rollbackTransaction: nothing,
    destroy: nothing,
  }
  return new BoundedDriver(driver, {
    connections: 1,
    publicConnections: 1,
    begin: 'begin',
    wrapsStatements: () => false,
  })
}

test('does not retry a connection that times out', async () => {
  let tries = 0
  const bounded = boundedDriver(async () => {
    tries++
    throw new Error('Connection terminated due to connection timeout')
  })
  bounded.limitWaits()
  const work = retryLostConnection(() => bounded.acquireConnection())
  await assert.rejects(work, { message: 'Connection terminated due to connection timeout' })
  assert.equal(tries, 1)
})

test('reports a burst that fills the queue after a quiet time as contention', async ({ mock }) => {
  const bounded = boundedDriver(async () => connection)
  const held = await bounded.acquireConnection()
  const codes = new Map<unknown, number>()
  // the burst takes no time, also on a slow machine
  const stopped = performance.now()
  const { mock: clock } = mock.method(performance, 'now', () => stopped)
  const waiting = Array.from({ length: burst }, () =>
    bounded.acquireConnection().then(
      (acquired) => bounded.releaseConnection(acquired),
      ({ code }) => codes.set(code, (codes.get(code) ?? 0) + 1),
    ),
  )
  clock.restore()
  await bounded.releaseConnection(held)
  await Promise.all(waiting)
  assert.deepEqual([...codes], [['STORE_BUSY', burst - 5_000]])
})
