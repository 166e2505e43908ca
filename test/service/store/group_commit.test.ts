import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { sql } from 'kysely'
import { findDirect } from '../../../src/service/store/direct_statements.ts'
import { prepared } from '../../../src/service/store/prepared.ts'
import type { Store, StoreDb } from '../../../src/service/store/store.ts'
import { StoreRig } from '../../rig/store.ts'

const named = prepared((db, { name }: { readonly name: string }) =>
  db.selectFrom('settings').select('name').where('name', '=', name),
)

describe('group commit', () => {
  let rig: StoreRig
  let store: Store

  beforeEach(async () => {
    rig = new StoreRig(undefined)
    store = await rig.open()
  })
  afterEach(() => rig.close())

  const insert = (name: string, db: StoreDb, value = '') =>
    db.insertInto('settings').values({ name, value }).execute()
  const put = (name: string) => store.transaction((db) => insert(name, db))
  /** Of another connection, which sees what is committed, and nothing else. */
  async function stored(): Promise<string[]> {
    const other = await rig.open()
    const rows = await other.db
      .selectFrom('settings')
      .select('name')
      .where('name', 'like', 'n%')
      .orderBy('name')
      .execute()
    return rows.map(({ name }) => name)
  }
  const fates = (results: readonly PromiseSettledResult<unknown>[]) =>
    new Set(results.map(({ status }) => status))

  test('commits two hundred concurrent transactions with few COMMITs', async () => {
    const before = commits(rig.folder)
    await Promise.all(Array.from({ length: 200 }, (_, index) => put(`n${index}`)))
    const taken = commits(rig.folder) - before
    assert(taken > 0 && taken <= 20, `${taken} COMMITs`)
    assert.equal((await stored()).length, 200)
  })

  test('commits sequential transactions one by one, before each returns', async () => {
    for (const name of ['n1', 'n2', 'n3']) {
      const before = commits(rig.folder)
      await put(name)
      assert.equal(commits(rig.folder) - before, 1)
    }
  })

  test('commits the transactions of two turns of the event loop together', async () => {
    await put('n0')
    const before = commits(rig.folder)
    const first = put('n1')
    await setImmediate()
    await Promise.all([first, put('n2')])
    assert.equal(commits(rig.folder) - before, 1)
  })

  test('commits while a transaction begins in each turn of the event loop', async () => {
    const before = commits(rig.folder)
    const begun: Promise<unknown>[] = []
    for (let turn = 0; turn < 40; turn++) {
      begun.push(put(`n${turn}`))
      await setImmediate()
    }
    const taken = commits(rig.folder) - before
    assert(taken >= 5 && taken <= 20, `${taken} COMMITs`)
    await Promise.all(begun)
    assert.equal((await stored()).length, 40)
  })

  test('reads together from one state, without the commits of others', async () => {
    const direct = findDirect(store.db)
    assert(direct !== undefined)
    const read = () => named.read(direct, store.db, { name: 'n1' }).length
    const other = new DatabaseSync(join(rig.folder, 'countersign.db'))
    const counts = direct.together(() => {
      const before = read()
      other.exec("insert into settings (name, value) values ('n1', '')")
      return [before, read()]
    })
    other.close()
    assert.deepEqual(counts, [0, 0])
    await setImmediate()
    assert.equal(direct.together(read), 1)
  })

  test('reads together what it has committed in the same turn', async () => {
    const direct = findDirect(store.db)
    assert(direct !== undefined)
    const read = () => named.read(direct, store.db, { name: 'n1' }).length
    const own = put('n1')
    // the state is held again in each turn, also in the one of the commit
    for (let turn = 0; turn < 20; turn++) {
      direct.together(read)
      await setImmediate()
    }
    direct.together(read)
    await own
    assert.equal(direct.together(read), 1)
  })

  test('acknowledges no transaction of a failed COMMIT, and loses no acknowledged one', async () => {
    await put('n-before')
    const beside = ['n1', 'n2', 'n3'].map(put)
    assert.deepEqual(
      fates(await Promise.allSettled([store.transaction(orphan), ...beside])),
      new Set(['rejected']),
    )
    assert.deepEqual(await stored(), ['n-before'])
    await put('n-after')
    assert.deepEqual(await stored(), ['n-after', 'n-before'])
  })

  test('stores a transaction completely if it was acknowledged, else not at all', async () => {
    const unit = fc.record({
      begins: fc.nat(4),
      pauses: fc.array(fc.nat(2), { minLength: 1, maxLength: 4 }),
      ends: fc.constantFrom('well', 'well', 'well', 'thrown', 'orphaned'),
    })
    let runs = 0
    await fc.assert(
      fc.asyncProperty(fc.array(unit, { minLength: 2, maxLength: 30 }), async (units) => {
        const prefix = `n${++runs}-`
        const work = units.map(async ({ begins, pauses, ends }, index) => {
          await turns(begins)
          await store.transaction(async (db) => {
            for (const [row, pause] of pauses.entries()) {
              await turns(pause)
              await insert(`${prefix}${index}-${row}`, db)
            }
            if (ends === 'thrown') throw new Error('it could not be done')
            if (ends === 'orphaned') await orphan(db)
          })
        })
        const results = await Promise.allSettled(work)
        const expected = units.flatMap(({ pauses }, index) =>
          results[index]?.status === 'fulfilled'
            ? pauses.map((_, row) => `${prefix}${index}-${row}`)
            : [],
        )
        const rows = await store.db
          .selectFrom('settings')
          .select('name')
          .where('name', 'like', `${prefix}%`)
          .execute()
        assert.deepEqual(rows.map(({ name }) => name).sort(), expected.sort())
      }),
      { numRuns: 60 },
    )
  })

  test('fails a transaction only once what it has read is committed', async () => {
    const other = new DatabaseSync(join(rig.folder, 'countersign.db'))
    const names = other.prepare(`select name from settings where name like 'n%'`)
    const first = put('n-first')
    let seen: string[] = []
    const second = store.transaction(async (db) => {
      const rows = await db
        .selectFrom('settings')
        .select('name')
        .where('name', '=', 'n-first')
        .execute()
      seen = rows.map(({ name }) => name)
      throw new Error('it was done before')
    })
    await assert.rejects(second, { message: 'it was done before' })
    assert.deepEqual(seen, ['n-first'])
    assert.equal(names.all().length, 1)
    other.close()
    await first
  })

  test('waits for another program that writes, without blocking other work', async () => {
    const other = new DatabaseSync(join(rig.folder, 'countersign.db'))
    other.exec('BEGIN IMMEDIATE')
    const written = Promise.all(['n1', 'n2'].map(put))
    for (let turn = 0; turn < 20; turn++) await setImmediate()
    assert.deepEqual(await stored(), [])
    other.exec('COMMIT')
    other.close()
    await written
    assert.deepEqual(await stored(), ['n1', 'n2'])
  })

  test('rolls back the whole group if the disk is full, even if the error is swallowed', async () => {
    await put('n-before')
    const beside = put('n-beside')
    const full = store.transaction(async (db) => {
      await sql`pragma max_page_count = 1`.execute(db)
      await assert.rejects(insert('n-large', db, 'x'.repeat(1_000_000)), /full/)
      await sql`pragma max_page_count = 1000000`.execute(db).catch(() => {})
      await insert('n-small', db)
    })
    assert.deepEqual(fates(await Promise.allSettled([beside, full])), new Set(['rejected']))
    assert.deepEqual(await stored(), ['n-before'])
  })
})

/** A foreign key that is looked at late makes the COMMIT itself fail. */
async function orphan(db: StoreDb): Promise<void> {
  await sql`pragma defer_foreign_keys = on`.execute(db)
  await db.insertInto('group_members').values({ user_id: 'DU', group_id: 'DG' }).execute()
}

/** Turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await setImmediate()
}

/** Commit records in the write-ahead log (SQLite file format §4.1): their last frame has a size. */
function commits(folder: string): number {
  const file = join(folder, 'countersign.db-wal')
  if (!existsSync(file)) return 0
  const log = readFileSync(file)
  const frame = 24 + log.readUInt32BE(8)
  let count = 0
  for (let at = 32; at + frame <= log.length; at += frame) {
    if (log.readUInt32BE(at + 4) !== 0) count++
  }
  return count
}
