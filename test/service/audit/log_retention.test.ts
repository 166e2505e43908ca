import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import { LogRetention } from '../../../src/service/audit/log_retention.ts'
import { LogSealer } from '../../../src/service/audit/log_sealer.ts'
import { readServiceConfig } from '../../../src/service/config/service_config.ts'
import type { Store } from '../../../src/service/store/store.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { TestService } from '../../rig/service.ts'
import { onBothDatabases } from '../../rig/store.ts'
import { until } from '../../rig/until.ts'

const dayMs = 86_400_000
const logs = ['authentication_log', 'administrator_log', 'telephony_log'] as const

/** Appends `count` entries of one moment to each log, and chains them. */
async function fill(store: Store, timestamp: number, count: number): Promise<void> {
  const { db } = store
  const rows = Array.from({ length: count }, () => ({ timestamp }))
  const shared = { txid: null, user_id: null, result: 'success' }
  const empty = { username: '', ikey: '', application: '', factor: '', reason: '', ipaddr: '' }
  for (let start = 0; start < count; start += 500) {
    const some = rows.slice(start, start + 500)
    await db
      .insertInto('authentication_log')
      .values(some.map((row) => ({ ...row, ...shared, ...empty, hostname: '', device: '' })))
      .execute()
    await db
      .insertInto('administrator_log')
      .values(some.map((row) => ({ ...row, actor: '', action: '', object: '', description: '' })))
      .execute()
    const call = { type: 'sms', context: '', number: '', provider: '', detail: '' }
    await db
      .insertInto('telephony_log')
      .values(some.map((row) => ({ ...row, ...shared, ...call })))
      .execute()
  }
  while ((await new LogSealer(store, new ManualClock()).seal()) > 0);
}

async function counts({ db }: Store): Promise<number[]> {
  const found: number[] = []
  for (const log of logs) {
    const { count } = await db
      .selectFrom(log)
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
    found.push(Number(count))
  }
  return found
}

onBothDatabases('the retention of logs', (rig) => {
  const clock = new ManualClock()
  let store: Store
  before(async () => {
    store = await rig().open()
  })
  beforeEach(async () => {
    for (const table of [...logs, 'log_queue', 'log_seals', 'log_chains'] as const) {
      await store.db.deleteFrom(table).execute()
    }
  })

  test('deletes what is older than keep_days, in all three logs, and nothing else', async () => {
    const now = clock.now()
    await fill(store, now - 400 * dayMs - 1, 3)
    await fill(store, now - 400 * dayMs, 1)
    await fill(store, now, 1)
    assert.equal(await new LogRetention(store, { logKeepDays: 400 }, clock).prune(), 9)
    assert.deepEqual(await counts(store), [2, 2, 2])
    assert.equal(await new LogRetention(store, { logKeepDays: 400 }, clock).prune(), 0)
  })

  test('keeps everything with 0', async () => {
    await fill(store, 0, 2)
    assert.equal(await new LogRetention(store, { logKeepDays: 0 }, clock).prune(), 0)
    assert.deepEqual(await counts(store), [2, 2, 2])
  })

  test('takes at most 5,000 entries of a log in one round, and the rest in the next', async () => {
    await fill(store, 0, 5_600)
    const retention = new LogRetention(store, { logKeepDays: 400 }, clock)
    assert.equal(await retention.prune(), 15_000)
    assert.deepEqual(await counts(store), [600, 600, 600])
    assert.equal(await retention.prune(), 1_800)
    assert.deepEqual(await counts(store), [0, 0, 0])
  })

  test('deletes each entry once if two nodes prune at the same time', async () => {
    await fill(store, 0, 2_000)
    const other = store.dialect === 'sqlite' ? store : await rig().open()
    const deleted = await Promise.all(
      [store, other].map((each) => new LogRetention(each, { logKeepDays: 400 }, clock).prune()),
    )
    let rest = 1
    let sum = deleted.reduce((total, count) => total + count, 0)
    while (rest > 0) {
      rest = await new LogRetention(store, { logKeepDays: 400 }, clock).prune()
      sum += rest
    }
    assert.equal(sum, 6_000)
    assert.deepEqual(await counts(store), [0, 0, 0])
  })

  test('finds old entries by an index, whatever the size of a log', async () => {
    await fill(store, clock.now(), 500)
    for (const log of logs) {
      // current statistics, as autovacuum keeps them
      if (store.dialect === 'postgres') await sql`analyze ${sql.table(log)}`.execute(store.db)
      const query = sql`select id from ${sql.table(log)}
        where timestamp < 1 and id <= 10000 order by timestamp limit 500`
      const plan = await store.db.transaction().execute(async (db) => {
        if (store.dialect === 'postgres') await sql`set local enable_seqscan = off`.execute(db)
        const explain = store.dialect === 'postgres' ? sql`explain ` : sql`explain query plan `
        return (await sql`${explain}${query}`.execute(db)).rows
      })
      assert.match(JSON.stringify(plan), new RegExp(`${log}_time`))
    }
  })
})

describe('keep_days', () => {
  let service: TestService
  const clock = new ManualClock(Date.now())
  before(async () => {
    const { config } = readServiceConfig('[logs]\nkeep_days=30\n', '/etc/countersign.cfg')
    assert(config !== undefined)
    service = await TestService.start({ config, clock })
  })
  after(() => service.close())

  test('is 400 by default, and the upkeep of a running service keeps to it', async () => {
    assert.equal(readServiceConfig('', '/etc/countersign.cfg').config?.logKeepDays, 400)
    await fill(service.store, clock.now() - 31 * dayMs, 2)
    await fill(service.store, clock.now() - 29 * dayMs, 1)
    await until(async () => (await counts(service.store)).every((count) => count === 1))
  })
})
