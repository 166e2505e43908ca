import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { Secret } from '../../../src/host/secret.ts'
import { keyFile } from '../../../src/service/store/data_folder.ts'
import { rotateSealingKey } from '../../../src/service/store/rotation.ts'
import { newSealingKey, Sealing, sealingKey } from '../../../src/service/store/sealing.ts'
import { Store } from '../../../src/service/store/store.ts'
import { onBothDatabases, StoreRig } from '../../rig/store.ts'
import { until } from '../../rig/until.ts'

onBothDatabases('the store', (rig) => {
  let store: Store
  before(async () => {
    store = await rig().open()
  })
  const setting = (name: string) => ({ name, value: 'x' })
  const isConnected = async (pid: number | undefined) =>
    (await sql`select 1 from pg_stat_activity where pid = ${pid}`.execute(store.db)).rows.length > 0
  const names = async (prefix: string) =>
    (
      await store.db
        .selectFrom('settings')
        .select('name')
        .where('name', 'like', `${prefix}%`)
        .execute()
    ).length

  test('saves nothing of a transaction that loses its connection between two statements', async (t) => {
    if (store.dialect !== 'postgres') return t.skip('there are no connections')
    const broken = store.transaction(async (db) => {
      await db.insertInto('settings').values(setting('lost')).execute()
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
      await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(store.db)
      await until(async () => !(await isConnected(rows[0]?.pid)))
      await sql`select 1`.execute(db)
    })
    await assert.rejects(broken)
    assert.equal(await names('lost'), 0)
  })

  test('rolls back a failed transaction alone', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 300 }, (_, index) =>
        store.transaction(async (db) => {
          await db
            .insertInto('settings')
            .values(setting(`beside-${index}`))
            .execute()
          if (index % 3 === 0) throw new Error('no')
        }),
      ),
    )
    assert.equal(results.filter(({ status }) => status === 'rejected').length, 100)
    assert.equal(await names('beside-'), 200)
  })

  test('reads only committed data outside a transaction', async () => {
    await store.transaction(async (db) => {
      await db.insertInto('settings').values(setting('unseen-1')).execute()
      assert.equal(await names('unseen-'), 0)
    })
    assert.equal(await names('unseen-'), 1)
  })

  test('runs a write outside a transaction in its own one', async () => {
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        store.db
          .insertInto('settings')
          .values(setting(`single-${index}`))
          .execute(),
      ),
    )
    assert.equal(await names('single-'), 50)
  })

  test('refuses data of a newer version', async () => {
    await store.db
      .insertInto('kysely_migration' as 'settings')
      .values({ name: '9999_later', timestamp: '2027' } as never)
      .execute()
    await assert.rejects(rig().open(), { code: 'STORE_NEWER_SCHEMA' })
  })

  test('tells data of a development version from that of a newer one', async () => {
    await store.db
      .updateTable('kysely_migration' as 'settings')
      .set({ name: '0001_renamed' })
      .where('name', 'like', '9999%')
      .execute()
    await assert.rejects(rig().open(), { code: 'STORE_OTHER_SCHEMA' })
  })
})

describe('the store in a folder', () => {
  test('keeps acknowledged writes after kill -9', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'store-'))
    const script = `
      import { Store } from '${join(import.meta.dirname, '../../../src/service/store/store.ts')}'
      const store = await Store.open({ folder: ${JSON.stringify(folder)}, migrate: true })
      for (let at = 0; ; at += 20) {
        await Promise.all(Array.from({ length: 20 }, async (_, index) => {
          await store.db.insertInto('settings').values({ name: 'n' + (at + index), value: '' }).execute()
          process.stdout.write(at + index + '\\n')
        }))
      }`
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script])
    let acknowledged = ''
    child.stdout.on('data', (chunk) => {
      acknowledged += String(chunk)
      if (acknowledged.length > 5000) child.kill('SIGKILL')
    })
    await once(child, 'close')
    const store = await Store.open({ folder, migrate: false })
    const rows = await store.db.selectFrom('settings').select('name').execute()
    const there = new Set(rows.map(({ name }) => name))
    const complete = acknowledged.split('\n').slice(0, -1)
    assert(complete.length > 500)
    assert.deepEqual(
      complete.filter((line) => !there.has(`n${line}`)),
      [],
    )
    await store.close()
    rmSync(folder, { recursive: true })
  })

  test('starts two programs at the same moment in a new folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'store-'))
    const script = `
      import { Store } from '${join(import.meta.dirname, '../../../src/service/store/store.ts')}'
      await (await Store.open({ folder: ${JSON.stringify(join(folder, 'new'))}, migrate: true })).close()`
    const starts = [1, 2, 3].map(() =>
      spawn(process.execPath, ['--input-type=module-typescript', '-e', script]),
    )
    const ends = await Promise.all(starts.map((start) => once(start, 'exit')))
    assert.deepEqual(
      ends.map(([status]) => status),
      [0, 0, 0],
    )
    rmSync(folder, { recursive: true })
  })

  test('refuses a wrong, missing or readable sealing key, and says what to do', async () => {
    const rig = new StoreRig(undefined)
    const store = await rig.open()
    await store.close()
    const file = keyFile(rig.folder)
    const right = readFileSync(file)
    chmodSync(file, 0o644)
    await assert.rejects(rig.open(), { code: 'STORE_KEY_FILE', message: /chmod 600/ })
    chmodSync(file, 0o600)
    writeFileSync(file, newSealingKey())
    await assert.rejects(rig.open(), { code: 'STORE_WRONG_KEY' })
    rmSync(file)
    await assert.rejects(rig.open(), { code: 'STORE_KEY_FILE', message: /is missing/ })
    const given = { folder: rig.folder, migrate: false, sealingKey: new Secret(right.toString()) }
    await (await Store.open(given)).close()
    rmSync(rig.folder, { recursive: true })
  })

  test('reports a folder that it cannot write to in one line', {
    skip: process.getuid?.() !== 0 && 'only root can run a program as another user',
  }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'store-'))
    chmodSync(folder, 0o755)
    const script = `
      const { prepareDataFolder } = await import('${join(import.meta.dirname, '../../../src/service/store/data_folder.ts')}')
      process.setuid(65534)
      try { prepareDataFolder(${JSON.stringify(folder)}) } catch (error) { process.stdout.write(error.code + ' ' + error.message) }`
    const { stdout } = spawnSync(
      process.execPath,
      ['--input-type=module-typescript', '-e', script],
      { encoding: 'utf8' },
    )
    assert.match(stdout, /^STORE_READ_ONLY the data folder .* can't be written to; check its owner/)
    rmSync(folder, { recursive: true })
  })

  test('reports an unreachable PostgreSQL in one line', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'store-'))
    const databaseUrl = new Secret('postgres://nobody:geheim@127.0.0.1:1/none')
    await assert.rejects(Store.open({ folder, migrate: true, databaseUrl }), (error: Error) => {
      assert('code' in error && error.code === 'STORE_UNREACHABLE')
      return !error.message.includes('geheim')
    })
    rmSync(folder, { recursive: true })
  })

  test('opens older secrets with a new sealing key, but not new ones with the old key', async () => {
    const rig = new StoreRig(undefined)
    const store = await rig.open()
    const before = readFileSync(keyFile(rig.folder))
    await store.transaction((db) => rotateSealingKey(store, db))
    await store.close()
    await (await rig.open()).close()
    const copy = mkdtempSync(join(tmpdir(), 'store-'))
    cpSync(rig.folder, copy, { recursive: true })
    writeFileSync(keyFile(copy), before)
    await assert.rejects(Store.open({ folder: copy, migrate: false }), { code: 'STORE_WRONG_KEY' })
    rmSync(copy, { recursive: true })
    rmSync(rig.folder, { recursive: true })
  })
})

describe('sealing', () => {
  const sealing = new Sealing([sealingKey(newSealingKey())])

  test('opens a secret only in its own place and unaltered', () => {
    const sealed = sealing.seal('skey', 'integrations:skey:DI1')
    assert.equal(sealing.open(sealed, 'integrations:skey:DI1'), 'skey')
    assert.throws(() => sealing.open(sealed, 'integrations:skey:DI2'), { code: 'STORE_WRONG_KEY' })
    const altered = sealed.slice(0, -2) + (sealed.endsWith('A=') ? 'Q=' : 'A=')
    assert.throws(() => sealing.open(altered, 'integrations:skey:DI1'), { code: 'STORE_WRONG_KEY' })
    assert.notEqual(sealing.seal('skey', 'a'), sealing.seal('skey', 'a'))
  })
})
