import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { HOTP, Secret as OathSecret, TOTP } from 'otpauth'
import { Secret } from '../../../src/host/secret.ts'
import {
  BypassCodes,
  type NewBypassCodes,
} from '../../../src/service/authenticators/bypass/bypass_codes.ts'
import { type NewToken, OathTokens } from '../../../src/service/authenticators/oath/oath_tokens.ts'
import { Users } from '../../../src/service/people/users.ts'
import { rotateSealingKey } from '../../../src/service/store/rotation.ts'
import type { Store } from '../../../src/service/store/store.ts'
import { consumeOath } from '../../rig/consume.ts'
import { onBothDatabases } from '../../rig/store.ts'

const now = Date.UTC(2026, 0, 1)
const stepMs = 30_000
let users = 0

onBothDatabases('passcodes', (rig) => {
  let store: Store
  let second: Store
  before(async () => {
    store = await rig().open()
    // one store for SQLite, because two writers in one process would wait for each other's lock
    second = store.dialect === 'postgres' ? await rig().open() : store
  })

  async function newUser(): Promise<string> {
    const username = `member${++users}`
    const create = store.transaction((db) => new Users().create({ username }, now, db))
    return (await create).userId
  }
  async function newToken(userId: string, token: NewToken): Promise<OathSecret> {
    const made = await store.transaction((db) =>
      new OathTokens(store).create(userId, token, now, db),
    )
    return OathSecret.fromBase32(made.secret)
  }
  const consume = async (userId: string, passcode: string, at = now, by = store) =>
    (await by.transaction((db) => consumeOath(by, userId, passcode, at, db))).outcome
  const newCodes = (userId: string, options: Partial<NewBypassCodes> = {}, at = now) =>
    store.transaction((db) =>
      new BypassCodes(store).create(
        userId,
        {
          count: 1,
          reuseCount: 1,
          validSecs: 0,
          preserveExisting: true,
          createdBy: 'test',
          ...options,
        },
        at,
        db,
      ),
    )
  const consumeCode = (userId: string, code: string, at = now, by = store) =>
    by.transaction((db) => new BypassCodes(by).consume(userId, code, at, db))
  const everywhere = Array.from({ length: 50 }, (_, index) => index % 2 === 0)

  test('RFC 4226 appendix D: accepts each code once, in order', async () => {
    const userId = await newUser()
    const secret = new Secret(OathSecret.fromUTF8('12345678901234567890').base32)
    await newToken(userId, { kind: 'hotp', secret })
    for (const code of ['755224', '287082', '359152', '969429', '338314', '254676', '287922']) {
      assert.equal(await consume(userId, code), 'accepted')
      assert.equal(await consume(userId, code), 'replayed')
    }
    assert.equal(await consume(userId, '520489'), 'accepted')
    // counters 7 and 8 were skipped, so their codes are rejected
    assert.equal(await consume(userId, '399871'), 'replayed')
  })

  test('TOTP: accepts one of fifty concurrent attempts', async () => {
    const userId = await newUser()
    const secret = await newToken(userId, { kind: 'totp' })
    const code = TOTP.generate({ secret, timestamp: now })
    const outcomes = await Promise.all(
      everywhere.map((first) => consume(userId, code, now, first ? store : second)),
    )
    assert.equal(outcomes.filter((outcome) => outcome === 'accepted').length, 1)
    assert.equal(outcomes.filter((outcome) => outcome === 'replayed').length, 49)
  })

  test('TOTP: follows a slow clock step by step', async () => {
    const userId = await newUser()
    const secret = await newToken(userId, { kind: 'totp' })
    for (const behind of [1, 2, 3, 4]) {
      const at = now + behind * 3_600_000
      const code = (steps: number) => TOTP.generate({ secret, timestamp: at - steps * stepMs })
      assert.equal(await consume(userId, code(behind + 1), at), 'wrong')
      assert.equal(await consume(userId, code(behind), at), 'accepted')
    }
  })

  test('accepts the codes of each token of the user, and of no other user', async () => {
    const [userId, other] = [await newUser(), await newUser()]
    const six = await newToken(userId, { kind: 'hotp' })
    const eight = await newToken(userId, { kind: 'hotp', digits: 8, algorithm: 'SHA256' })
    const long = HOTP.generate({ secret: eight, counter: 0, digits: 8, algorithm: 'SHA256' })
    const short = HOTP.generate({ secret: six, counter: 0 })
    assert.equal(await consume(other, short), 'wrong')
    assert.equal(await consume(userId, long), 'accepted')
    assert.equal(await consume(userId, short), 'accepted')
    assert.equal(await consume(userId, long), 'replayed')
  })

  test('does not consume a code if the transaction fails', async () => {
    const userId = await newUser()
    const secret = await newToken(userId, { kind: 'hotp' })
    const passcode = HOTP.generate({ secret, counter: 0 })
    const failing = store.transaction(async (db) => {
      await consumeOath(store, userId, passcode, now, db)
      throw new Error('the log could not be written')
    })
    await assert.rejects(failing)
    assert.equal(await consume(userId, passcode), 'accepted')
  })

  test('accepts one of fifty concurrent uses of a bypass code', async () => {
    const userId = await newUser()
    const [code = ''] = await newCodes(userId)
    const used = await Promise.all(
      everywhere.map((first) => consumeCode(userId, code, now, first ? store : second)),
    )
    assert.equal(used.filter(Boolean).length, 1)
  })

  test('accepts a bypass code of its user only, and stores its hash', async () => {
    const [userId, other] = [await newUser(), await newUser()]
    const [code = ''] = await newCodes(userId)
    assert.match(code, /^\d{9}$/)
    assert.equal(await consumeCode(other, code), false)
    const rows = await store.db.selectFrom('bypass_codes').selectAll().execute()
    assert(!JSON.stringify(rows).includes(code))
    assert.equal(await consumeCode(userId, code), true)
  })

  test('limits a user to a hundred bypass codes, without used and expired ones', async () => {
    const userId = await newUser()
    const [used = ''] = await newCodes(userId, { count: 50 })
    await newCodes(userId, { count: 50, validSecs: 60 })
    await assert.rejects(newCodes(userId), { code: 'DIRECTORY_TOO_MANY' })
    await consumeCode(userId, used)
    assert.equal((await newCodes(userId)).length, 1)
    await assert.rejects(newCodes(userId), { code: 'DIRECTORY_TOO_MANY' })
    assert.equal((await newCodes(userId, { count: 50 }, now + 60_000)).length, 50)
    assert.equal((await new BypassCodes(store).ofUser(userId, store.db)).length, 100)
  })

  test('accepts passcodes and bypass codes after a rotation of the sealing key', async () => {
    const userId = await newUser()
    const secret = await newToken(userId, { kind: 'hotp' })
    const [code = ''] = await newCodes(userId)
    await store.transaction((db) => rotateSealingKey(store, db))
    const later = await rig().open()
    assert.equal(
      await consume(userId, HOTP.generate({ secret, counter: 0 }), now, later),
      'accepted',
    )
    assert.equal(await consumeCode(userId, code, now, later), true)
    assert.equal(await consumeCode(userId, code, now, later), false)
  })
})
