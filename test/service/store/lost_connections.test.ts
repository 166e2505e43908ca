import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { sql } from 'kysely'
import pg from 'pg'
import { aheadOfQueue } from '../../../src/service/store/database_share.ts'
import { prepared } from '../../../src/service/store/prepared.ts'
import type { Store, StoreDb } from '../../../src/service/store/store.ts'
import { onPostgres } from '../../rig/store.ts'
import { until } from '../../rig/until.ts'

const terminateSelf = sql<boolean>`pg_terminate_backend(pg_backend_pid())`

onPostgres('lost connections', (rig) => {
  let store: Store
  before(async () => {
    store = await rig().open()
    await sql`create sequence first_only`.execute(store.db)
  })

  const insert = (name: string, db: StoreDb) =>
    db.insertInto('settings').values({ name, value: '' }).execute()
  const count = async (name: string) =>
    (await store.db.selectFrom('settings').select('name').where('name', '=', name).execute()).length

  test('runs a transaction again if its connection is lost before the commit', async () => {
    let runs = 0
    await store.transaction(async (db) => {
      runs++
      await insert('again', db)
      if (runs === 1) await sql`select ${terminateSelf}`.execute(db)
    })
    assert.equal(runs, 2)
    assert.equal(await count('again'), 1)
  })

  test('gives up after three retries, with nothing saved', async () => {
    let runs = 0
    const lost = store.transaction(async (db) => {
      runs++
      await insert('never', db)
      await sql`select ${terminateSelf}`.execute(db)
    })
    await assert.rejects(lost, { code: 'STORE_CONNECTION_LOST' })
    assert.equal(runs, 4)
    assert.equal(await count('never'), 0)
  })

  test('does not repeat a commit in flight, and reports its outcome as unknown', async () => {
    await sql`create table fragile (id integer)`.execute(store.db)
    await sql`
      create function terminate_self() returns trigger language plpgsql as
      'begin perform pg_terminate_backend(pg_backend_pid()); return null; end'`.execute(store.db)
    await sql`
      create constraint trigger at_commit after insert on fragile
      deferrable initially deferred for each row execute function terminate_self()`.execute(
      store.db,
    )
    let runs = 0
    const unknown = store.transaction(async (db) => {
      runs++
      await sql`insert into fragile values (1)`.execute(db)
    })
    await assert.rejects(unknown, { code: 'STORE_OUTCOME_UNKNOWN' })
    assert.equal(runs, 1)
  })

  test('runs a kept statement again whose columns another node has changed', async () => {
    await sql`create table changing (id integer)`.execute(store.db)
    await sql`insert into changing values (1)`.execute(store.db)
    const read = prepared<object, object>((db) => {
      const all = sql<object>`select * from changing`
      return { compile: () => all.compile(db) }
    })
    const inTransaction = () => store.transaction((db) => read(db, {}))
    assert.deepEqual(await inTransaction(), [{ id: 1 }])
    await sql`alter table changing add column more integer`.execute(store.db)
    assert.deepEqual(await inTransaction(), [{ id: 1, more: null }])
    assert.deepEqual(await read(store.db, {}), [{ id: 1, more: null }])
  })

  test('runs a single read again', async () => {
    const killsFirst = sql<number>`case when nextval('first_only') = 1
      then ${terminateSelf}::integer else 7 end`
    const rows = await store.db.selectNoFrom(killsFirst.as('value')).execute()
    assert.deepEqual(rows, [{ value: 7 }])
  })

  test('does not repeat a single write, and reports its outcome as unknown', async () => {
    await sql`create sequence writes`.execute(store.db)
    const value = sql<string>`nextval('writes')::text || ${terminateSelf}::text`
    const write = store.db.insertInto('settings').values({ name: 'single', value }).execute()
    await assert.rejects(write, { code: 'STORE_OUTCOME_UNKNOWN' })
    const { rows } = await sql`select nextval('writes')::integer as runs`.execute(store.db)
    assert.deepEqual(rows, [{ runs: 2 }])
    assert.equal(await count('single'), 0)
  })

  test('reads after all idle connections were lost at once', async () => {
    await Promise.all(Array.from({ length: 10 }, () => count('again')))
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`.execute(store.db)
    const counts = await Promise.all(Array.from({ length: 10 }, () => count('again')))
    assert.deepEqual(counts, Array(10).fill(1))
  })

  test('replaces the connections of a full pool that are all lost during a read', async () => {
    const slow = sql<number>`case when pg_sleep(1) is null then 0 else 7 end`
    const read = () => store.db.selectNoFrom(slow.as('value')).execute()
    const reads = Promise.all([
      ...Array.from({ length: 10 }, read),
      ...Array.from({ length: 2 }, () => aheadOfQueue(read)),
    ])
    const administrator = new pg.Client(rig().databaseUrl?.reveal())
    await administrator.connect()
    const sleeping =
      "datname = current_database() and query like '%pg_sleep%' and state = 'active' and pid <> pg_backend_pid()"
    const countSleeping = async () => {
      const { rows } = await administrator.query(
        `select count(*)::integer from pg_stat_activity where ${sleeping}`,
      )
      return rows[0].count
    }
    await until(async () => (await countSleeping()) === 12)
    await administrator.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where ${sleeping}`,
    )
    await administrator.end()
    assert.deepEqual(await reads, Array(12).fill([{ value: 7 }]))
  })

  test('limits how long a single statement runs and waits for locks', async () => {
    const { rows } = await sql`
      select current_setting('statement_timeout') as statement,
             current_setting('lock_timeout') as lock`.execute(store.db)
    assert.deepEqual(rows, [{ statement: '15s', lock: '4s' }])
  })
})
