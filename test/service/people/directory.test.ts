import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { HOTP, Secret as OathSecret, TOTP } from 'otpauth'
import { Integrations } from '../../../src/service/applications/integrations.ts'
import { AuthenticationLog } from '../../../src/service/audit/authentication_log.ts'
import { BypassCodes } from '../../../src/service/authenticators/bypass/bypass_codes.ts'
import { type NewToken, OathTokens } from '../../../src/service/authenticators/oath/oath_tokens.ts'
import { resyncByCodes } from '../../../src/service/authenticators/oath/resync.ts'
import { Phones } from '../../../src/service/authenticators/phone/phones.ts'
import { Groups } from '../../../src/service/people/groups.ts'
import { Users } from '../../../src/service/people/users.ts'
import type { Store } from '../../../src/service/store/store.ts'
import { consumeOath } from '../../rig/consume.ts'
import { onBothDatabases } from '../../rig/store.ts'

const now = Date.UTC(2026, 0, 1)
let users = 0

onBothDatabases('the directory', (rig) => {
  let store: Store
  let second: Store

  before(async () => {
    store = await rig().open()
    // two writers of one SQLite file in one process would wait for each other: there it is one
    second = store.dialect === 'postgres' ? await rig().open() : store
  })

  async function newUser(): Promise<string> {
    const username = `user${++users}`
    const { userId } = await store.transaction((db) => new Users().create({ username }, now, db))
    return userId
  }

  async function newToken(userId: string, token: NewToken) {
    const made = await store.transaction((db) =>
      new OathTokens(store).create(userId, token, now, db),
    )
    return { tokenId: made.token.tokenId, secret: OathSecret.fromBase32(made.secret) }
  }

  async function consume(userId: string, passcode: string, at = now, by = store): Promise<string> {
    return (await by.transaction((db) => consumeOath(by, userId, passcode, at, db))).outcome
  }

  const hotp = (secret: OathSecret, counter: number, digits = 6) =>
    HOTP.generate({ secret, counter, digits })

  test('finds a user in any case, by alias, and without the domain if simple', async () => {
    const directory = new Users()
    const alice = await store.transaction((db) =>
      directory.create({ username: 'Alice', aliases: ['a.adams'] }, now, db),
    )
    for (const name of ['alice', 'ALICE', ' A.Adams ']) {
      assert.equal((await directory.byName(name, store.db))?.userId, alice.userId)
    }
    for (const name of ['CORP\\alice', 'alice@corp.example']) {
      assert.equal(await directory.byName(name, store.db), undefined)
      assert.equal((await directory.byLoginName(name, 'simple', store.db))?.userId, alice.userId)
    }
    await assert.rejects(
      store.transaction((db) => directory.create({ username: 'A.ADAMS' }, now, db)),
      { code: 'DIRECTORY_NAME_TAKEN' },
    )
    assert.equal(
      (await directory.list(store.db)).filter(({ username }) => username === 'A.ADAMS').length,
      0,
    )
  })

  test('keeps phones in order, and deletes what belongs to a deleted user', async () => {
    const userId = await newUser()
    const phones = new Phones()
    const add = (number: string) =>
      store.transaction((db) => phones.add(userId, { number }, now, db))
    const [one, two] = [await add('+15550100001'), await add('+1 (555) 010-0002')]
    assert.deepEqual(
      (await phones.ofUser(userId, store.db)).map(({ number }) => number),
      ['+15550100001', '+15550100002'],
    )
    await store.transaction((db) => phones.reorder(userId, [two.phoneId, one.phoneId], db))
    assert.equal((await phones.ofUser(userId, store.db))[0]?.phoneId, two.phoneId)
    await assert.rejects(add('12'), { code: 'DIRECTORY_NUMBER' })
    for (const name of ['\x1b[2J', 'two\nlines', 'x'.repeat(65)]) {
      const named = store.transaction((db) => phones.add(userId, { name }, now, db))
      await assert.rejects(named, { code: 'DIRECTORY_NAME' })
      const renamed = store.transaction((db) => phones.update(one.phoneId, { name }, db))
      await assert.rejects(renamed, { code: 'DIRECTORY_NAME' })
    }
    const groups = new Groups()
    await store.transaction(async (db) => {
      const { groupId } = await groups.create(`group of ${userId}`, 'bypass', '', db)
      await groups.addMember(groupId, userId, db)
      await groups.addMember(groupId, userId, db)
    })
    assert.deepEqual(
      (await groups.ofUser(userId, store.db)).map(({ status }) => status),
      ['bypass'],
    )
    await store.transaction((db) => new Users().remove(userId, db))
    assert.equal((await phones.ofUser(userId, store.db)).length, 0)
  })

  test('HOTP: accepts a code after twenty skipped ones, and none twice', async () => {
    const userId = await newUser()
    const { secret } = await newToken(userId, { kind: 'hotp' })
    assert.equal(await consume(userId, hotp(secret, 20)), 'accepted')
    assert.equal(await consume(userId, hotp(secret, 20)), 'replayed')
    assert.equal(await consume(userId, hotp(secret, 5)), 'replayed')
    assert.equal(await consume(userId, hotp(secret, 42)), 'wrong')
    assert.equal(await consume(userId, hotp(secret, 41)), 'accepted')
    assert.equal(await consume(userId, '000000x'), 'wrong')
  })

  test('HOTP: resynchronises by three consecutive codes within five minutes', async () => {
    const userId = await newUser()
    const { secret } = await newToken(userId, { kind: 'hotp', digits: 8 })
    const code = (counter: number) => hotp(secret, counter, 8)
    assert.equal(await consume(userId, code(500)), 'wrong')
    assert.equal(await consume(userId, code(501), now + 6 * 60_000), 'wrong')
    assert.equal(await consume(userId, code(502), now + 7 * 60_000), 'wrong')
    assert.equal(await consume(userId, code(503), now + 8 * 60_000), 'accepted')
    assert.equal(await consume(userId, code(503), now + 8 * 60_000), 'replayed')
  })

  test('HOTP: an administrator resynchronises by two consecutive codes', async () => {
    const userId = await newUser()
    const { secret, tokenId } = await newToken(userId, { kind: 'hotp' })
    const resync = (...codes: string[]) =>
      store.transaction((db) => resyncByCodes(new OathTokens(store), tokenId, codes, db))
    assert.equal(await resync(hotp(secret, 3000), hotp(secret, 3002)), false)
    assert.equal(await resync(hotp(secret, 3000), hotp(secret, 3001)), true)
    assert.equal(await consume(userId, hotp(secret, 3002)), 'accepted')
  })

  test('TOTP: accepts each step once, and one step of drift, which it stores', async () => {
    for (const algorithm of ['SHA1', 'SHA256', 'SHA512'] as const) {
      const userId = await newUser()
      const { secret } = await newToken(userId, { kind: 'totp', algorithm, digits: 8 })
      const at = (ms: number) => TOTP.generate({ secret, algorithm, digits: 8, timestamp: ms })
      assert.equal(await consume(userId, at(now + 30_000)), 'accepted')
      assert.equal(await consume(userId, at(now + 30_000)), 'replayed')
      assert.equal(await consume(userId, at(now)), 'replayed')
      const later = now + 3_600_000
      assert.equal(await consume(userId, at(later + 60_000), later), 'accepted')
      assert.equal(await consume(userId, at(later + 300_000), later), 'wrong')
    }
  })

  test('accepts one of twenty concurrent attempts (on PostgreSQL over two pools)', async () => {
    const userId = await newUser()
    const { secret } = await newToken(userId, { kind: 'hotp' })
    const [code = ''] = await store.transaction((db) =>
      new BypassCodes(store).create(
        userId,
        { count: 1, reuseCount: 3, validSecs: 0, preserveExisting: false, createdBy: 'test' },
        now,
        db,
      ),
    )
    const everywhere = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? store : second))
    const passcodes = await Promise.all(
      everywhere.map((by) => consume(userId, hotp(secret, 0), now, by)),
    )
    assert.equal(passcodes.filter((outcome) => outcome === 'accepted').length, 1)
    const bypasses = await Promise.all(
      everywhere.map((by) =>
        by.transaction((db) => new BypassCodes(by).consume(userId, code, now, db)),
      ),
    )
    assert.equal(bypasses.filter(Boolean).length, 3)
  })

  test('bypass codes: follow reuse_count and expiry, and are replaced or kept', async () => {
    const userId = await newUser()
    const codes = new BypassCodes(store)
    const options = {
      count: 2,
      reuseCount: 0,
      validSecs: 60,
      preserveExisting: true,
      createdBy: 'test',
    }
    const create = (more: Partial<typeof options> = {}) =>
      store.transaction((db) => codes.create(userId, { ...options, ...more }, now, db))
    const use = (code: string, at = now) =>
      store.transaction((db) => codes.consume(userId, code, at, db))
    const [unlimited = '', other = ''] = await create()
    assert.deepEqual([await use(unlimited), await use(unlimited)], [true, true])
    assert.equal(await use(unlimited, now + 61_000), false)
    const [kept = ''] = await create({ count: 1, reuseCount: 1 })
    assert.deepEqual([await use(kept), await use(kept), await use(other)], [true, false, true])
    await create({ preserveExisting: false })
    assert.equal(await use(other), false)
    await assert.rejects(create({ count: 99 }), { code: 'DIRECTORY_TOO_MANY' })
  })

  test('applications: seals keys, and replaces a rotated one', async () => {
    const integrations = new Integrations(store)
    const made = await store.transaction((db) =>
      integrations.create({ name: 'VPN', type: 'radius' }, now, db),
    )
    assert.match(made.ikey, /^DI[A-Z0-9]{18}$/)
    assert.match(made.skey.reveal(), /^[A-Za-z0-9]{40}$/)
    const row = await store.db
      .selectFrom('integrations')
      .select('sealed_skey')
      .where('ikey', '=', made.ikey)
      .executeTakeFirstOrThrow()
    assert(!row.sealed_skey.includes(made.skey.reveal()))
    await store.transaction((db) => integrations.rotateSkey(made.ikey, now, db))
    const rotated = await new Integrations(second).byIkey(made.ikey, store.db)
    assert.notEqual(rotated?.skey.reveal(), made.skey.reveal())
  })

  test('authentication log: filters events, newest first', async () => {
    const log = new AuthenticationLog()
    const event = {
      txid: null,
      userId: null,
      ikey: 'DI',
      application: 'VPN',
      factor: 'passcode',
      reason: '',
      ipaddr: '',
      hostname: '',
      device: '',
      repeatOf: null,
    }
    await store.transaction(async (db) => {
      await log.append({ ...event, timestamp: 1, username: 'x', result: 'denied' }, db)
      await log.append({ ...event, timestamp: 2, username: 'x', result: 'success' }, db)
      await log.append({ ...event, timestamp: 3, username: 'y', result: 'success' }, db)
    })
    assert.deepEqual(
      (await log.list({ limit: 2 }, store.db)).map(({ timestamp }) => timestamp),
      [3, 2],
    )
    assert.deepEqual(
      (await log.list({ username: 'x', limit: 9 }, store.db)).map(({ result }) => result),
      ['success', 'denied'],
    )
    assert.deepEqual((await log.list({ mintime: 2, maxtime: 2, limit: 9 }, store.db)).length, 1)
  })
})
