import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Secret } from '../../../src/host/secret.ts'
import { rotateSealingKey } from '../../../src/service/store/rotation.ts'
import { newSealingKey } from '../../../src/service/store/sealing.ts'
import { Store } from '../../../src/service/store/store.ts'
import { PostgresCluster, skipPostgres } from '../../rig/postgres.ts'
import { StoreRig } from '../../rig/store.ts'

const source = join(import.meta.dirname, '../../../src/service/store/store.ts')
const secretSource = join(import.meta.dirname, '../../../src/host/secret.ts')

describe('files of another account', {
  skip: process.getuid?.() !== 0 && 'only root can run a program as another user',
}, () => {
  const rig = new StoreRig(undefined)
  before(async () => {
    await (await rig.open()).close()
    chmodSync(rig.folder, 0o777)
  })
  after(() => rig.close())

  /** The error that the user `nobody` gets. */
  function openAsNobody(options: string): string {
    const script = `
      const { Store } = await import('${source}')
      const { Secret } = await import('${secretSource}')
      process.setuid(65534)
      try { await Store.open({ folder: ${JSON.stringify(rig.folder)}, migrate: true, ${options} }) }
      catch (error) { process.stdout.write(error.code + ' ' + error.message) }`
    const args = ['--input-type=module-typescript', '-e', script]
    return spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout
  }

  test('reports a sealing key that can’t be read', () => {
    assert.match(
      openAsNobody(''),
      /^STORE_KEY_FILE .*sealing\.key can't be read \(EACCES\); make it belong/,
    )
  })

  test('reports a database that can’t be written to', () => {
    const sealingKey = `sealingKey: new Secret('${newSealingKey()}')`
    assert.match(
      openAsNobody(sealingKey),
      /^STORE_READ_ONLY .*countersign\.db can't be written to; check/,
    )
  })
})

describe('the store in PostgreSQL', { skip: skipPostgres }, () => {
  let cluster: PostgresCluster
  const folders: string[] = []
  before(async () => {
    cluster = await PostgresCluster.start()
  })
  after(async () => {
    await cluster.stop()
    for (const folder of folders) rmSync(folder, { recursive: true })
  })

  function options(url: string, sealingKey: string) {
    const folder = mkdtempSync(join(tmpdir(), 'store-'))
    folders.push(folder)
    return {
      folder,
      migrate: true,
      databaseUrl: new Secret(url),
      sealingKey: new Secret(sealingKey),
    }
  }

  test('starts three nodes at the same moment on an empty database', async () => {
    const url = await cluster.createDatabase()
    const key = newSealingKey()
    const nodes = await Promise.all([1, 2, 3].map(() => Store.open(options(url, key))))
    for (const node of nodes) {
      const names = await node.db.selectFrom('settings').select('name').execute()
      assert.deepEqual(names.map(({ name }) => name).sort(), ['log_key', 'sealing_check'])
    }
    await Promise.all(nodes.map((node) => node.close()))
    await assert.rejects(Store.open(options(url, newSealingKey())), { code: 'STORE_WRONG_KEY' })
  })

  test('does not migrate an older schema unless it may', async () => {
    const url = await cluster.createDatabase()
    const refused = Store.open({ ...options(url, newSealingKey()), migrate: false })
    await assert.rejects(refused, { code: 'STORE_NEEDS_MIGRATION' })
  })

  test('reports a missing database as unreachable', async () => {
    const url = `${await cluster.createDatabase()}_not`
    await assert.rejects(Store.open(options(url, newSealingKey())), { code: 'STORE_UNREACHABLE' })
  })

  test('opens what the old sealing key sealed after a new one was added to the file', async () => {
    const databaseUrl = new Secret(await cluster.createDatabase())
    const { folder } = options('', '')
    const store = await Store.open({ folder, migrate: true, databaseUrl })
    await store.transaction((db) => rotateSealingKey(store, db))
    await store.close()
    await (await Store.open({ folder, migrate: false, databaseUrl })).close()
  })
})

describe('a second store of one process', () => {
  const rig = new StoreRig(undefined)
  after(() => rig.close())

  /** What another process gets that wants the database for itself. */
  function lockElsewhere(): string {
    const lock = join(import.meta.dirname, '../../../src/service/store/exclusive_lock.ts')
    const file = JSON.stringify(join(rig.folder, 'countersign.db'))
    const script = `
      const { lockDatabase } = await import('${lock}')
      try { lockDatabase(${file})?.close(); process.stdout.write('locked') }
      catch (error) { process.stdout.write(error.code) }`
    const args = ['--input-type=module-typescript', '-e', script]
    return spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout
  }

  test('leaves the locks of the first one in place when it is opened and closed', async () => {
    const first = await rig.open()
    await (await rig.open()).close()
    assert.equal(lockElsewhere(), 'STORE_BUSY')
    await first.close()
    assert.equal(lockElsewhere(), 'locked')
  })
})
