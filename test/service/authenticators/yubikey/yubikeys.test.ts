import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { Yubikeys } from '../../../../src/service/authenticators/yubikey/yubikeys.ts'
import { Users } from '../../../../src/service/people/users.ts'
import { rotateSealingKey } from '../../../../src/service/store/rotation.ts'
import type { Store } from '../../../../src/service/store/store.ts'
import { consumeYubikey } from '../../../rig/consume.ts'
import { onBothDatabases } from '../../../rig/store.ts'
import { TestYubikey } from '../../../rig/yubikey.ts'

const now = Date.UTC(2026, 0, 1)
let users = 0

onBothDatabases('YubiKeys', (rig) => {
  let store: Store
  let second: Store
  before(async () => {
    store = await rig().open()
    // one store for SQLite, because two writers in one process would wait for each other's lock
    second = store.dialect === 'postgres' ? await rig().open() : store
  })

  async function newUser(): Promise<string> {
    const username = `holder${++users}`
    const create = store.transaction((db) => new Users().create({ username }, now, db))
    return (await create).userId
  }
  async function assigned(): Promise<{ yubikey: TestYubikey; userId: string; tokenId: string }> {
    const userId = await newUser()
    const yubikey = new TestYubikey()
    const { tokenId } = await store.transaction((db) =>
      new Yubikeys(store).create(userId, yubikey.listed, now, db),
    )
    return { yubikey, userId, tokenId }
  }
  const consume = async (userId: string, passcode: string, by = store) =>
    (await by.transaction((db) => consumeYubikey(by, userId, passcode, now, db))).outcome
  const importKeys = (
    yubikeys: readonly TestYubikey[],
    onDuplicate: 'refuse' | 'replace' | 'skip' = 'refuse',
  ) =>
    store.transaction((db) =>
      new Yubikeys(store).import(
        yubikeys.map(({ listed }) => listed),
        { onDuplicate },
        now,
        db,
      ),
    )

  test('accepts a passcode once, and no earlier one', async () => {
    const { yubikey, userId } = await assigned()
    const earlier = yubikey.otp(7, 3)
    const later = yubikey.otp(7, 4)
    assert.equal(await consume(userId, later), 'accepted')
    assert.equal(await consume(userId, later), 'replayed')
    assert.equal(await consume(userId, earlier), 'replayed')
    assert.equal(await consume(userId, yubikey.otp(6, 200)), 'replayed')
    assert.equal(await consume(userId, yubikey.otp(8, 0)), 'accepted')
  })

  test('accepts the very first passcode of a new key', async () => {
    const { yubikey, userId } = await assigned()
    assert.equal(await consume(userId, yubikey.otp(0, 0)), 'accepted')
  })

  test('accepts one of fifty concurrent attempts', async () => {
    const { yubikey, userId } = await assigned()
    const otp = yubikey.otp(1, 1)
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        consume(userId, otp, index % 2 === 0 ? store : second),
      ),
    )
    assert.equal(outcomes.filter((outcome) => outcome === 'accepted').length, 1)
    assert.equal(outcomes.filter((outcome) => outcome === 'replayed').length, 49)
  })

  test('rejects passcodes of another user, or with only the correct public identity', async () => {
    const { yubikey, userId } = await assigned()
    assert.equal(await consume(await newUser(), yubikey.otp(1, 1)), 'wrong')
    const forged = yubikey.publicId + new TestYubikey().otp(1, 1).slice(12)
    assert.equal(await consume(userId, forged), 'wrong')
    assert.equal(await consume(userId, yubikey.otp(1, 1).toUpperCase()), 'accepted')
  })

  test('rejects passcodes of a key that was unassigned', async () => {
    const { yubikey, userId, tokenId } = await assigned()
    const yubikeys = new Yubikeys(store)
    await store.transaction((db) => yubikeys.assign(tokenId, null, 0, db))
    assert.equal(await consume(userId, yubikey.otp(1, 1)), 'wrong')
    await store.transaction((db) => yubikeys.assign(tokenId, userId, 0, db))
    assert.equal(await consume(userId, yubikey.otp(1, 1)), 'accepted')
    assert.equal(await store.transaction((db) => yubikeys.remove(tokenId, db)), true)
    assert.deepEqual(await yubikeys.ofUser(userId, store.db), [])
  })

  test('refuses, skips or replaces keys of a file with a known serial', async () => {
    const { yubikey, userId } = await assigned()
    const other = new TestYubikey()
    assert.equal(await consume(userId, yubikey.otp(5, 0)), 'accepted')
    await assert.rejects(importKeys([other, yubikey]), { code: 'DIRECTORY_SERIAL_TAKEN' })
    assert.deepEqual(await importKeys([yubikey, other], 'skip'), {
      added: [other.serial],
      replaced: [],
      skipped: [yubikey.serial],
    })
    assert.deepEqual((await importKeys([yubikey], 'replace')).replaced, [yubikey.serial])
    assert.equal(await consume(userId, yubikey.otp(5, 0)), 'replayed')
    assert.equal(await consume(userId, yubikey.otp(5, 1)), 'accepted')
  })

  test('resets the counters of a reprogrammed key, which stays with its user', async () => {
    const { yubikey, userId } = await assigned()
    assert.equal(await consume(userId, yubikey.otp(900, 0)), 'accepted')
    const anew = new TestYubikey()
    const listed = { ...anew.listed, serial: yubikey.serial }
    await store.transaction((db) =>
      new Yubikeys(store).import([listed], { onDuplicate: 'replace' }, now, db),
    )
    assert.equal(await consume(userId, yubikey.otp(901, 0)), 'wrong')
    assert.equal(await consume(userId, anew.otp(1, 0)), 'accepted')
  })

  test('keeps public identities unique', async () => {
    const { yubikey } = await assigned()
    const twin = { ...new TestYubikey().listed, publicId: yubikey.publicId }
    await assert.rejects(
      store.transaction((db) => new Yubikeys(store).create(null, twin, now, db)),
      { code: 'DIRECTORY_SERIAL_TAKEN' },
    )
  })

  test('refuses malformed keys', async () => {
    const { listed } = new TestYubikey()
    for (const wrong of [
      { ...listed, publicId: 'abcdefabcdef' },
      { ...listed, publicId: 'cccc' },
      { ...listed, aesKey: listed.privateId },
      { ...listed, privateId: listed.aesKey },
    ]) {
      await assert.rejects(
        store.transaction((db) => new Yubikeys(store).create(null, wrong, now, db)),
        { code: 'DIRECTORY_YUBIKEY' },
      )
    }
  })

  test('accepts passcodes after a rotation of the sealing key', async () => {
    const { yubikey, userId } = await assigned()
    await store.transaction((db) => rotateSealingKey(store, db))
    const after = await rig().open()
    assert.equal(await consume(userId, yubikey.otp(1, 0), after), 'accepted')
  })
})
