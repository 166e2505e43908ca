import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DatabaseConnection, Driver } from 'kysely'
import { BoundedDriver } from '../../../src/service/store/bounded_driver.ts'

/** More than may wait. */
const burst = 5_010

test('a burst that fills the queue after a quiet time is contention, not an outage', async () => {
  const connection: DatabaseConnection = {
    executeQuery: async () => ({ rows: [] }),
    streamQuery: () => assert.fail('nothing is streamed'),
  }
  const nothing = async () => {}
  const driver: Driver = {
    init: nothing,
    acquireConnection: async () => connection,
    releaseConnection: nothing,
    beginTransaction: nothing,
    commitTransaction: nothing,
    rollbackTransaction: nothing,
    destroy: nothing,
  }
  const bounded = new BoundedDriver(driver, {
    connections: 1,
    publicConnections: 1,
    begin: undefined,
    wrapsStatements: () => false,
  })
  const held = await bounded.acquireConnection()
  const codes = new Map<unknown, number>()
  const waiting = Array.from({ length: burst }, () =>
    bounded.acquireConnection().then(
      (acquired) => bounded.releaseConnection(acquired),
      ({ code }) => codes.set(code, (codes.get(code) ?? 0) + 1),
    ),
  )
  await bounded.releaseConnection(held)
  await Promise.all(waiting)
  assert.deepEqual([...codes], [['STORE_BUSY', burst - 5_000]])
})
