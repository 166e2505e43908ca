import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Secret } from '../../../src/host/secret.ts'
import { databaseUrlProblem } from '../../../src/service/store/database_url.ts'
import { readSetting, writeSetting } from '../../../src/service/store/settings.ts'
import { Store } from '../../../src/service/store/store.ts'
import { PostgresCluster, skipPostgres } from '../../rig/postgres.ts'
import { until } from '../../rig/until.ts'

describe('an address with several hosts', () => {
  test('is accepted with a port for each, and target_session_attrs=read-write', () => {
    const hosts = 'postgres://u:p@a.example:5432,b.example:5433/db'
    assert.equal(databaseUrlProblem(hosts), undefined)
    assert.equal(databaseUrlProblem(`${hosts}?target_session_attrs=read-write`), undefined)
  })

  test('is refused if it asks for servers that take no writes', () => {
    const problem = databaseUrlProblem('postgres://u@a,b/db?target_session_attrs=any')
    assert.match(problem ?? '', /target_session_attrs=read-write/)
  })
})

describe('a store on a primary and its standby', { skip: skipPostgres }, () => {
  let primary: PostgresCluster
  let standby: PostgresCluster
  let store: Store
  let folder: string
  before(async () => {
    primary = await PostgresCluster.start()
    standby = await primary.startStandby()
    folder = mkdtempSync(join(tmpdir(), 'store-'))
    const url = `postgres://postgres@${standby.host},${primary.host}/postgres`
    store = await Store.open({ folder, databaseUrl: new Secret(url), migrate: true })
  })
  after(async () => {
    await store.close()
    await standby.stop()
    await primary.stop()
    rmSync(folder, { recursive: true })
  })

  const write = (value: string) => store.transaction((db) => writeSetting('test', value, db))
  const writes = (value: string) =>
    write(value).then(
      () => true,
      () => false,
    )

  test('writes to the primary, whichever comes first', async () => {
    await write('before')
    assert.equal(await readSetting('test', store.db), 'before')
  })

  test('writes to the standby once it is promoted, and not to an old primary that returns', async () => {
    await primary.shutDown('immediate')
    standby.promote()
    await until(() => writes('after'))
    await primary.startAgain()
    await write('later')
    await standby.shutDown('immediate')
    assert.equal(await writes('lost'), false)
    await standby.startAgain()
    await until(() => writes('again'))
    assert.equal(await readSetting('test', store.db), 'again')
  })
})
