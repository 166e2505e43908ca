import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely'
import { findDialect } from '../../../src/service/store/dialect.ts'
import { prepared } from '../../../src/service/store/prepared.ts'
import type { Schema } from '../../../src/service/store/schema.ts'
import type { Store, StoreDb } from '../../../src/service/store/store.ts'
import { onBothDatabases } from '../../rig/store.ts'

/** Records what Kysely asks of a driver; each statement returns no rows. */
class RecordingDriver implements Driver {
  readonly calls: string[] = []
  readonly kinds: string[] = []
  readonly #connections: DatabaseConnection[] = []
  failsToCommit = false

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const number = this.#connections.length
    const connection: DatabaseConnection = {
      executeQuery: async ({ query }: CompiledQuery) => {
        this.kinds.push(query.kind)
        this.calls.push(`execute on ${number}`)
        return { rows: [] }
      },
      streamQuery: () => {
        throw new Error('not streamed')
      },
    }
    this.#connections.push(connection)
    this.calls.push(`acquire ${number}`)
    return connection
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    this.calls.push(`begin on ${this.#number(connection)}`)
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    this.calls.push(`commit on ${this.#number(connection)}`)
    if (this.failsToCommit) throw new Error('the disk is full')
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    this.calls.push(`rollback on ${this.#number(connection)}`)
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    this.calls.push(`release ${this.#number(connection)}`)
  }

  async destroy(): Promise<void> {}

  /** -1 if Kysely passes another object than the one that it has acquired. */
  #number(connection: DatabaseConnection): number {
    return this.#connections.indexOf(connection)
  }
}

function connect(driver: Driver): StoreDb {
  return new Kysely<Schema>({
    dialect: {
      createDriver: () => driver,
      createAdapter: () => new SqliteAdapter(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
}

/** Fails on a version of Kysely that behaves differently from what the drivers rely on. */
describe('what the drivers rely on in Kysely', () => {
  test('a transaction uses the connection that it has acquired, and returns it', async () => {
    const driver = new RecordingDriver()
    await connect(driver)
      .transaction()
      .execute((db) => db.selectFrom('users').selectAll().execute())
    assert.deepEqual(driver.calls, [
      'acquire 0',
      'begin on 0',
      'execute on 0',
      'commit on 0',
      'release 0',
    ])
  })

  test('a transaction whose COMMIT fails is rolled back, then its connection is returned', async () => {
    const driver = new RecordingDriver()
    driver.failsToCommit = true
    await assert.rejects(
      connect(driver)
        .transaction()
        .execute(async () => {}),
      { message: 'the disk is full' },
    )
    assert.deepEqual(driver.calls, [
      'acquire 0',
      'begin on 0',
      'commit on 0',
      'rollback on 0',
      'release 0',
    ])
  })

  test('queries name their kind, which distinguishes reads from writes', async () => {
    const driver = new RecordingDriver()
    const db = connect(driver)
    await db.selectFrom('users').selectAll().execute()
    await sql`select 1`.execute(db)
    await db.deleteFrom('users').execute()
    await db.updateTable('users').set({ email: '' }).execute()
    const row = { name: 'name', value: 'value' }
    await db.insertInto('settings').values(row).execute()
    assert.deepEqual(driver.kinds, [
      'SelectQueryNode',
      'RawNode',
      'DeleteQueryNode',
      'UpdateQueryNode',
      'InsertQueryNode',
    ])
  })
})

onBothDatabases('what prepared statements rely on in Kysely', (rig) => {
  let store: Store
  before(async () => {
    store = await rig().open()
  })

  test('compiled statements keep the values that they were built with, in order', () => {
    const [name, value] = [{ placeholder: 'name' }, { placeholder: 'value' }]
    const { parameters } = store.db
      .selectFrom('settings')
      .selectAll()
      // any object can be a value here
      .where('name', '=', name as unknown as string)
      .where('value', '=', value as unknown as string)
      .compile()
    assert.equal(parameters[0], name)
    assert.equal(parameters[1], value)
  })

  test('the executor names the dialect, in a transaction as well', async () => {
    assert.equal(findDialect(store.db), store.dialect)
    assert.equal(await store.transaction(async (db) => findDialect(db)), store.dialect)
  })

  test('a prepared statement is built once, and runs with other parameters each time', async () => {
    let built = 0
    const put = prepared((db, row: { readonly name: string; readonly value: string }) => {
      built++
      return db.insertInto('settings').values({ name: row.name, value: row.value })
    })
    const find = prepared((db, { name }: { readonly name: string }) =>
      db.selectFrom('settings').select('value').where('name', '=', name),
    )
    await put(store.db, { name: 'first', value: 'one' })
    await store.transaction(async (db) => {
      await put(db, { name: 'second', value: 'two' })
      assert.equal((await find(db, { name: 'second' }))[0]?.value, 'two')
    })
    assert.equal((await find(store.db, { name: 'first' }))[0]?.value, 'one')
    assert.equal(built, 1)
  })
})
