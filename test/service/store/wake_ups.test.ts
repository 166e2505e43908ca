import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { sql } from 'kysely'
import type { Store } from '../../../src/service/store/store.ts'
import { WakeUps } from '../../../src/service/store/wake_ups.ts'
import { onBothDatabases, onPostgres } from '../../rig/store.ts'

/** Counts wake-ups, and waits for the next one. */
function listening(store: Store, topic: string) {
  const calls = { count: 0, end: () => {}, next: () => Promise.resolve() }
  let woken = Promise.withResolvers<void>()
  calls.end = store.wakeUps.on(topic, () => {
    calls.count++
    woken.resolve()
    woken = Promise.withResolvers()
  })
  calls.next = () => woken.promise
  return calls
}

async function listeners(store: Store): Promise<number> {
  const { rows } = await sql<{ pid: number }>`
    select pid from pg_stat_activity
    where datname = current_database() and query = 'listen countersign'`.execute(store.db)
  return rows.length
}

describe('wake-ups in one process', () => {
  test('wake the listeners of a topic until they stop listening', () => {
    const wakeUps = new WakeUps(undefined)
    const noTransaction = {}
    const woken: string[] = []
    const end = wakeUps.on('one', () => woken.push('one'))
    wakeUps.on('one', () => woken.push('one as well'))
    wakeUps.on('other', () => woken.push('other'))
    wakeUps.announce('one', noTransaction)
    end()
    wakeUps.announce('one', noTransaction)
    assert.deepEqual(woken, ['one', 'one as well', 'one as well'])
  })
})

onBothDatabases('wake-ups of a transaction', (rig) => {
  let store: Store
  before(async () => {
    store = await rig().open()
    // the first listener is woken once the listening connection is open
    if (store.dialect === 'postgres') await listening(store, 'first').next()
  })

  test('arrive after its commit', async () => {
    const waiting = listening(store, 'committed')
    await store.transaction(async (db) => {
      store.wakeUps.announce('committed', db)
      assert.equal(waiting.count, 0)
    })
    assert.equal(waiting.count, 1)
  })

  test('do not arrive if it fails', async () => {
    const waiting = listening(store, 'failed')
    const failing = store.transaction(async (db) => {
      store.wakeUps.announce('failed', db)
      throw new Error('no')
    })
    await assert.rejects(failing, /no/)
    assert.equal(waiting.count, 0)
  })
})

onPostgres('wake-ups between nodes', (rig) => {
  let here: Store
  let there: Store
  before(async () => {
    here = await rig().open()
    there = await rig().open()
  })

  test('need no listening connection on a node that only announces', async () => {
    const command = await rig().open()
    command.wakeUps.announce('nobody', command.db)
    await command.wakeUps.close()
    assert.equal(await listeners(here), 0)
  })

  test('reach listeners on another node, and those on their own node once', async () => {
    const near = listening(there, 'both')
    const far = listening(here, 'both')
    // both have begun to listen to the database
    await Promise.all([near.next(), far.next()])
    const before = [near.count, far.count]
    const woken = far.next()
    there.wakeUps.announce('both', there.db)
    await woken
    const last = far.next()
    there.wakeUps.announce('both', there.db)
    await last
    assert.deepEqual(
      [near.count, far.count],
      before.map((count) => count + 2),
    )
  })

  test('replace a lost connection, and wake each listener once', async () => {
    const waiting = listening(here, 'lost')
    const again = waiting.next()
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query = 'listen countersign'`.execute(there.db)
    await again
    assert.equal(waiting.count, 1)
    const woken = waiting.next()
    there.wakeUps.announce('lost', there.db)
    await woken
    assert.equal(waiting.count, 2)
    waiting.end()
  })
})
