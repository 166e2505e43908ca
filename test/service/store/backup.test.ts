import assert from 'node:assert/strict'
import { appendFileSync, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
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
    store.db.insertInto('settings').values({ name, value: '' }).execute()
  const keys = () => readSealingKeys(rig.folder, { make: false })

  test('is made while the database is in use, whole, and for its owner alone', () => {
    checkDatabase(file, keys())
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert(!existsSync(`${file}.unfinished`))
    assert.throws(() => backupDatabase(rig.folder, file), { code: 'STORE_FOLDER' })
  })

  test('brings back what was there, and no more; what it replaces is kept', async () => {
    await put('n2')
    await store.close()
    assert.throws(() => restoreDatabase(rig.folder, file, keys(), { force: false }), {
      code: 'STORE_FOLDER',
    })
    restoreDatabase(rig.folder, file, keys(), { force: true })
    assert(existsSync(`${databaseFile(rig.folder)}.before-restore`))
    const restored = await rig.open()
    const rows = await restored.db
      .selectFrom('settings')
      .select('name')
      .where('name', 'like', 'n%')
      .execute()
    assert.deepEqual(
      rows.map(({ name }) => name),
      ['n1'],
    )
  })

  test('that was altered, or is opened by no key at hand, replaces nothing', async () => {
    const other = [sealingKey(newSealingKey())]
    assert.throws(() => restoreDatabase(rig.folder, file, other, { force: true }), {
      code: 'STORE_WRONG_KEY',
    })
    appendFileSync(file, 'x')
    assert.throws(() => restoreDatabase(rig.folder, file, keys(), { force: true }), {
      code: 'STORE_DAMAGED',
    })
    await put('n2')
    assert(!existsSync(`${databaseFile(rig.folder)}.before-restore`))
  })
})
