import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { HOTP, Secret as OathSecret, TOTP } from 'otpauth'
import { Secret } from '../../../../src/host/secret.ts'
import {
  type ListedToken,
  OathTokens,
} from '../../../../src/service/authenticators/oath/oath_tokens.ts'
import type { OnDuplicate } from '../../../../src/service/authenticators/token_files/token_import.ts'
import { Users } from '../../../../src/service/people/users.ts'
import type { Store } from '../../../../src/service/store/store.ts'
import { consumeOath } from '../../../rig/consume.ts'
import { onBothDatabases } from '../../../rig/store.ts'

const now = Date.UTC(2026, 0, 1)
const secret = OathSecret.fromUTF8('12345678901234567890')
let serials = 0

onBothDatabases('hardware tokens of a file', (rig) => {
  let store: Store
  let tokens: OathTokens
  let userId: string
  before(async () => {
    store = await rig().open()
    tokens = new OathTokens(store)
    const create = store.transaction((db) => new Users().create({ username: 'holder' }, now, db))
    userId = (await create).userId
  })

  function listed(changes: Partial<ListedToken> = {}): ListedToken {
    const serial = `S${++serials}`
    return { kind: 'hotp', serial, secret: new Secret(secret.base32), ...changes }
  }
  const importTokens = (list: readonly ListedToken[], onDuplicate: OnDuplicate = 'refuse') =>
    store.transaction((db) => tokens.import(list, { onDuplicate }, now, db))
  async function assign({ serial }: ListedToken): Promise<string> {
    const [token] = await tokens.named(serial, store.db)
    assert(token !== undefined)
    await store.transaction((db) => tokens.assign(token.tokenId, userId, now, db))
    return token.tokenId
  }
  const unassign = (tokenId: string) =>
    store.transaction((db) => tokens.assign(tokenId, null, now, db))
  const consume = async (passcode: string, at = now) =>
    (await store.transaction((db) => consumeOath(store, userId, passcode, at, db))).outcome
  const code = (counter: number, of = secret) => HOTP.generate({ secret: of, counter })

  test('are imported in portions, with progress', async () => {
    const reported: number[] = []
    const list = Array.from({ length: 1200 }, () => listed())
    const { added } = await store.transaction((db) =>
      tokens.import(
        list,
        { onDuplicate: 'refuse', progress: (done) => reported.push(done) },
        now,
        db,
      ),
    )
    assert.equal(added.length, 1200)
    assert.deepEqual(reported, [500, 1000, 1200])
  })

  test('start at the counter of the file, and sign in once', async () => {
    const token = listed({ counter: 40 })
    await importTokens([token])
    const tokenId = await assign(token)
    assert.equal(await consume(code(39)), 'replayed')
    assert.equal(await consume(code(40)), 'accepted')
    assert.equal(await consume(code(40)), 'replayed')
    await unassign(tokenId)
    assert.equal(await consume(code(41)), 'wrong')
  })

  test('are all refused if one serial exists', async () => {
    const [before, after] = [listed(), listed()]
    await importTokens([before])
    await assert.rejects(importTokens([after, before]), { code: 'DIRECTORY_SERIAL_TAKEN' })
    assert.deepEqual(await tokens.named(after.serial, store.db), [])
    await importTokens([{ ...before, kind: 'totp' }])
    assert.equal((await tokens.named(before.serial, store.db)).length, 2)
    await assert.rejects(
      store.transaction((db) => tokens.create(null, before, now, db)),
      { code: 'DIRECTORY_SERIAL_TAKEN' },
    )
  })

  test('replaced with the same secret: no passcode works twice', async () => {
    const token = listed()
    await importTokens([token])
    const tokenId = await assign(token)
    assert.equal(await consume(code(9)), 'accepted')
    assert.deepEqual((await importTokens([token], 'replace')).replaced, [token.serial])
    assert.equal(await consume(code(9)), 'replayed')
    assert.equal(await consume(code(10)), 'accepted')
    await unassign(tokenId)
  })

  test('replaced with another secret: the counter restarts, and the token stays with its user', async () => {
    const token = listed()
    const other = OathSecret.fromUTF8('another secret of 20')
    await importTokens([token])
    const tokenId = await assign(token)
    assert.equal(await consume(code(9)), 'accepted')
    await importTokens([{ ...token, secret: new Secret(other.base32), counter: 3 }], 'replace')
    assert.equal(await consume(code(10)), 'wrong')
    assert.equal(await consume(code(3, other)), 'accepted')
    await unassign(tokenId)
  })

  test('an expired token is rejected', async () => {
    const token = listed({ expires: now + 1000 })
    await importTokens([token])
    const tokenId = await assign(token)
    assert.equal(await consume(code(0), now + 999), 'accepted')
    assert.equal(await consume(code(1), now + 1000), 'wrong')
    await unassign(tokenId)
  })

  test('TOTP: starts with the drift of the file', async () => {
    const token = listed({ kind: 'totp', drift: 5, digits: 8, algorithm: 'SHA256' })
    await importTokens([token])
    const tokenId = await assign(token)
    const timestamp = now + 5 * 30_000
    const passcode = TOTP.generate({ secret, digits: 8, algorithm: 'SHA256', timestamp })
    assert.equal(await consume(passcode), 'accepted')
    assert.equal(await consume(passcode), 'replayed')
    await unassign(tokenId)
  })
})
