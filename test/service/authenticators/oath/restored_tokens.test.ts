import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { HOTP, Secret as OathSecret, TOTP } from 'otpauth'
import { OathTokens } from '../../../../src/service/authenticators/oath/oath_tokens.ts'
import { Users } from '../../../../src/service/people/users.ts'
import { backupDatabase, restoreDatabase } from '../../../../src/service/store/backup.ts'
import { readSealingKeys } from '../../../../src/service/store/data_folder.ts'
import type { Store } from '../../../../src/service/store/store.ts'
import { consumeOath } from '../../../rig/consume.ts'
import { StoreRig } from '../../../rig/store.ts'

const stepMs = 30_000

describe('after a restore', () => {
  const now = Date.UTC(2026, 0, 5, 9)
  let rig: StoreRig
  let store: Store
  let userId: string
  let totp: OathSecret
  let hotp: OathSecret

  before(async () => {
    rig = new StoreRig(undefined)
    store = await rig.open()
    const file = join(rig.folder, 'backup')
    const tokens = new OathTokens(store)
    await store.transaction(async (db) => {
      userId = (await new Users().create({ username: 'alice' }, now, db)).userId
      totp = OathSecret.fromBase32((await tokens.create(userId, { kind: 'totp' }, now, db)).secret)
      hotp = OathSecret.fromBase32((await tokens.create(userId, { kind: 'hotp' }, now, db)).secret)
    })
    backupDatabase(rig.folder, file)
    assert.equal(await outcome(TOTP.generate({ secret: totp, timestamp: now }), now), 'accepted')
    assert.equal(await outcome(HOTP.generate({ secret: hotp, counter: 0 }), now), 'accepted')
    await store.close()
    const keys = readSealingKeys(rig.folder, { make: false })
    restoreDatabase(rig.folder, file, keys, { force: true, now })
    store = await rig.open()
  })
  after(() => rig.close())

  const outcome = async (passcode: string, at: number): Promise<string> =>
    (await consumeOath(store, userId, passcode, at, store.db)).outcome

  test('a TOTP passcode that was used after the backup is not accepted again', async () => {
    assert.equal(await outcome(TOTP.generate({ secret: totp, timestamp: now }), now), 'replayed')
    const later = now + 2 * stepMs
    const next = TOTP.generate({ secret: totp, timestamp: later })
    assert.equal(await outcome(next, later), 'accepted')
  })

  test('an HOTP passcode that was used after the backup is accepted again, as documented', async () => {
    assert.equal(await outcome(HOTP.generate({ secret: hotp, counter: 0 }), now), 'accepted')
  })
})
