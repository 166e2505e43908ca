import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { sql } from 'kysely'
import { Secret } from '../../../src/host/secret.ts'
import { Integrations } from '../../../src/service/applications/integrations.ts'
import { cli } from '../../../src/service/store/migrations/0008_cli.ts'
import { rotateSealingKey } from '../../../src/service/store/rotation.ts'
import type { Store } from '../../../src/service/store/store.ts'
import { onBothDatabases } from '../../rig/store.ts'

const now = Date.UTC(2026, 0, 1)

onBothDatabases('integrations', (rig) => {
  let store: Store
  let integrations: Integrations
  before(async () => {
    store = await rig().open()
    integrations = new Integrations(store)
  })

  const create = (name: string) =>
    store.transaction((db) => integrations.create({ name, type: 'radius' }, now, db))

  test('is enabled at first, and ignores domains in usernames', async () => {
    const { ikey, skey, ...rest } = await create('VPN')
    assert.deepEqual(rest, {
      name: 'VPN',
      type: 'radius',
      usernameNormalization: 'simple',
      signatureV1: false,
      enabled: true,
      created: now,
      skeyCreated: now,
      proofProtocol: undefined,
      userAccess: 'ALL_USERS',
      notes: '',
      product: '',
      apiNetworks: [],
      adminApiPermissions: [],
      client: {},
    })
    const read = await integrations.byIkey(ikey, store.db)
    assert.equal(read?.skey.reveal(), skey.reveal())
    assert.equal(await integrations.byIkey('DIAAAAAAAAAAAAAAAAAA', store.db), undefined)
  })

  test('accepts signature version 1 by default for type unix only; it can be changed', async () => {
    const [unix, radius] = await store.transaction(async (db) => [
      await integrations.create({ name: 'SSH', type: 'unix' }, now, db),
      await integrations.create({ name: 'old VPN', type: 'radius', signatureV1: true }, now, db),
    ])
    assert.deepEqual([unix.signatureV1, radius.signatureV1], [true, true])
    await store.transaction((db) => integrations.update(unix.ikey, { signatureV1: false }, db))
    assert.equal((await integrations.byIkey(unix.ikey, store.db))?.signatureV1, false)
  })

  test('keeps the settings of an Admin API application and of a RADIUS client', async () => {
    const settings = {
      userAccess: 'NO_USERS',
      notes: "O'Hara's <b>",
      product: 'cisco-asa',
      apiNetworks: ['10.0.0.0/8'],
      adminApiPermissions: ['adminapi_read_log'],
      client: { radiusClients: ['10.0.1.10'], failmode: 'secure' },
    } as const
    const { ikey } = await create('with settings')
    await store.transaction((db) => integrations.update(ikey, settings, db))
    const { skey: _, ...read } = (await integrations.byIkey(ikey, store.db)) ?? {}
    assert.deepEqual({ ...read, ...settings }, read)
  })

  test('a change keeps the settings that it does not name', async () => {
    const { ikey, skey } = await create('before')
    await store.transaction(async (db) => {
      await integrations.update(ikey, {}, db)
      await integrations.update(ikey, { name: 'after', signatureV1: true }, db)
      await integrations.update(ikey, { enabled: false, usernameNormalization: 'none' }, db)
    })
    const read = await integrations.byIkey(ikey, store.db)
    assert.equal(read?.name, 'after')
    assert.equal(read.signatureV1, true)
    assert.equal(read.usernameNormalization, 'none')
    assert.equal(read.enabled, false)
    assert.equal(read.skey.reveal(), skey.reveal())
  })

  test('lists applications by name, and removes one once', async () => {
    const { ikey } = await create('a last one')
    await create('a first one')
    const names = (await integrations.list(store.db)).map(({ name }) => name)
    assert(names.indexOf('a first one') < names.indexOf('a last one'))
    const remove = () => store.transaction((db) => integrations.remove(ikey, db))
    assert.deepEqual([await remove(), await remove()], [true, false])
    assert.equal(await integrations.byIkey(ikey, store.db), undefined)
  })

  test('a sealed secret key copied to another row does not open', async () => {
    const [mine, other] = [await create('mine'), await create('other')]
    const { sealed_skey } = await store.db
      .selectFrom('integrations')
      .select('sealed_skey')
      .where('ikey', '=', mine.ikey)
      .executeTakeFirstOrThrow()
    await store.db
      .updateTable('integrations')
      .set({ sealed_skey })
      .where('ikey', '=', other.ikey)
      .execute()
    await assert.rejects(new Integrations(store).byIkey(other.ikey, store.db), {
      code: 'STORE_WRONG_KEY',
    })
    await store.transaction((db) => integrations.remove(other.ikey, db))
  })

  test('secret keys survive the rotation of the sealing key', async () => {
    const { ikey, skey } = await create('kept')
    const sealed = () =>
      store.db
        .selectFrom('integrations')
        .select('sealed_skey')
        .where('ikey', '=', ikey)
        .executeTakeFirstOrThrow()
    const before = await sealed()
    assert((await store.transaction((db) => rotateSealingKey(store, db))) >= 1)
    assert.notDeepEqual(await sealed(), before)
    const later = await rig().open()
    assert.equal(
      (await new Integrations(later).byIkey(ikey, store.db))?.skey.reveal(),
      skey.reveal(),
    )
  })

  test('rejects a name that another application has, in any case', async () => {
    const { ikey } = await create('Mail')
    for (const name of ['Mail', ' mAIL ', 'MAIL']) {
      await assert.rejects(create(name), { code: 'ACCESS_NAME_TAKEN' })
    }
    const other = await create('Intranet')
    const rename = (of: string, name: string) =>
      store.transaction((db) => integrations.update(of, { name }, db))
    await assert.rejects(rename(other.ikey, 'mail'), { code: 'ACCESS_NAME_TAKEN' })
    await rename(ikey, 'MAIL')
    await rename(ikey, 'Webmail')
    await rename(other.ikey, 'mail')
    await assert.rejects(create(' '), { code: 'ACCESS_NAME' })
  })

  test('rejects one of two concurrent applications with the same name', async () => {
    const second = await rig().open()
    const made = await Promise.allSettled(
      [store, second].map((each) =>
        each.transaction((db) =>
          new Integrations(each).create({ name: 'Same', type: 'radius' }, now, db),
        ),
      ),
    )
    const statuses = made.map(({ status }) => status).toSorted()
    assert.deepEqual(statuses, ['fulfilled', 'rejected'])
    const refused = made.find(({ status }) => status === 'rejected')
    assert(refused?.status === 'rejected')
    assert.equal(refused.reason.code, 'ACCESS_NAME_TAKEN')
  })

  test('migrates data with two equal names; the older application keeps the name', async () => {
    const older = await create('Twin')
    const { ikey } = await store.transaction((db) =>
      integrations.create({ name: 'other', type: 'radius' }, now + 1, db),
    )
    await sql`drop index integrations_name`.execute(store.db)
    await sql`alter table integrations drop column name_key`.execute(store.db)
    await sql`update integrations set name = 'TWIN' where ikey = ${ikey}`.execute(store.db)
    await store.db.transaction().execute((db) => cli(db as never))
    const later = new Integrations(store)
    assert.equal((await later.byIkey(older.ikey, store.db))?.name, 'Twin')
    assert.equal((await later.byIkey(ikey, store.db))?.name, `TWIN (${ikey})`)
  })

  test('seals the RADIUS secret again with a new sealing key', async () => {
    const { ikey } = await create('RADIUS secret')
    assert.equal(await integrations.radiusSecret(ikey, store.db), undefined)
    const secret = new Secret('xyzzy5461')
    await store.transaction((db) => integrations.setRadiusSecret(ikey, secret, db))
    await store.transaction((db) => rotateSealingKey(store, db))
    const reopened = new Integrations(await rig().open())
    const read = await reopened.radiusSecret(ikey, store.db)
    assert.equal(read?.reveal(), 'xyzzy5461')
  })
})
