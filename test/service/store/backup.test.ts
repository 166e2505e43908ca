import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import {
  backupDatabase,
  checkDatabase,
  databaseFile,
  restoreDatabase,
} from '../../../src/service/store/backup.ts'
import { readSealingKeys } from '../../../src/service/store/data_folder.ts'
import { newSealingKey, sealingKey } from '../../../src/service/store/sealing.ts'
import type { Store } from '../../../src/service/store/store.ts'
import { StoreRig } from '../../rig/store.ts'

const rooms = resolve(import.meta.dirname, '../../../src/service/store')
const [backupModule, dataFolderModule] = [join(rooms, 'backup.ts'), join(rooms, 'data_folder.ts')]
const now = Date.UTC(2026, 0, 5)
const [largeRows, rowBytes] = [2_000, 65_536]

describe('a backup', () => {
  let rig: StoreRig
  let store: Store
  let file: string

  beforeEach(async () => {
    rig = new StoreRig(undefined)
    store = await rig.open()
    file = join(rig.folder, 'backup')
    await put('n1')
    backupDatabase(rig.folder, file)
  })
  afterEach(() => rig.close())

  const put = (name: string) =>
    store.db
      .insertInto('groups')
      .values({ group_id: name, name, status: 'active', description: '' })
      .execute()
  const keys = () => readSealingKeys(rig.folder, { make: false })

  test('is complete although the database is in use, and readable by its owner only', () => {
    checkDatabase(file, keys())
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert(!existsSync(`${file}.unfinished`))
    assert.throws(() => backupDatabase(rig.folder, file), { code: 'STORE_FOLDER' })
  })

  test('restores exactly the data of the backup, and keeps the replaced database', async () => {
    await put('n2')
    await store.close()
    assert.throws(() => restoreDatabase(rig.folder, file, keys(), { force: false, now }), {
      code: 'STORE_FOLDER',
    })
    restoreDatabase(rig.folder, file, keys(), { force: true, now })
    assert(existsSync(`${databaseFile(rig.folder)}.before-restore`))
    const restored = await rig.open()
    const rows = await restored.db.selectFrom('groups').select('name').execute()
    assert.deepEqual(
      rows.map(({ name }) => name),
      ['n1'],
    )
  })

  test('replaces a damaged database, and removes the log of the one kept before', async () => {
    await store.close()
    const target = databaseFile(rig.folder)
    writeFileSync(target, 'damaged'.repeat(1000))
    writeFileSync(`${target}-wal`, 'of the damaged one')
    writeFileSync(`${target}.before-restore-wal`, 'of an older one')
    restoreDatabase(rig.folder, file, keys(), { force: true, now })
    checkDatabase(target, keys())
    assert(!existsSync(`${target}-wal`))
    assert(!existsSync(`${target}.before-restore-wal`))
  })

  test('replaces nothing if it was altered, or no key opens it', async () => {
    const other = [sealingKey(newSealingKey())]
    assert.throws(() => restoreDatabase(rig.folder, file, other, { force: true, now }), {
      code: 'STORE_WRONG_KEY',
    })
    appendFileSync(file, 'x')
    assert.throws(() => restoreDatabase(rig.folder, file, keys(), { force: true, now }), {
      code: 'STORE_DAMAGED',
    })
    await put('n2')
    assert(!existsSync(`${databaseFile(rig.folder)}.before-restore`))
  })

  test('replaces an empty database without --force, and creates the folder', async () => {
    const key = readFileSync(join(rig.folder, 'sealing.key'))
    const other = new StoreRig(undefined)
    const touched = await other.open()
    await touched.close()
    writeFileSync(join(other.folder, 'sealing.key'), key)
    restoreDatabase(other.folder, file, keys(), { force: false, now })
    checkDatabase(databaseFile(other.folder), keys())
    assert.throws(() => restoreDatabase(other.folder, file, keys(), { force: false, now }), {
      code: 'STORE_FOLDER',
    })
    await other.close()
    restoreDatabase(other.folder, file, keys(), { force: false, now })
    checkDatabase(databaseFile(other.folder), keys())
    await other.close()
  })

  test('is made and restored in chunks if it is larger than the allowed memory', async () => {
    await sql`
      insert into groups (group_id, name, status, description)
      with recursive rows (i) as (select 1 union all select i + 1 from rows where i < ${largeRows})
      select 'g' || i, 'g' || i, 'active', hex(zeroblob(${rowBytes / 2})) from rows`.execute(
      store.db,
    )
    await store.close()
    const large = join(rig.folder, 'large')
    const script = `
      import { backupDatabase, restoreDatabase } from '${backupModule}'
      import { readSealingKeys } from '${dataFolderModule}'
      const [folder, file] = process.argv.slice(1)
      const before = process.resourceUsage().maxRSS
      backupDatabase(folder, file)
      restoreDatabase(folder, file, readSealingKeys(folder, { make: false }), { force: true, now: 0 })
      process.stdout.write(String(process.resourceUsage().maxRSS - before))`
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', script, rig.folder, large],
      { encoding: 'utf8' },
    )
    assert.equal(stderr, '')
    const grownBytes = Number(stdout) * 1024
    assert(statSync(large).size > largeRows * rowBytes)
    assert(
      grownBytes < (largeRows * rowBytes) / 3,
      `${grownBytes} bytes for a file of ${statSync(large).size}`,
    )
  })
})
