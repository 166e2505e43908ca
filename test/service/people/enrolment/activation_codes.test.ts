import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { ActivationCodes } from '../../../../src/service/people/enrolment/activation_codes.ts'
import { Users } from '../../../../src/service/people/users.ts'
import type { Store } from '../../../../src/service/store/store.ts'
import { onBothDatabases } from '../../../rig/store.ts'

const now = Date.UTC(2026, 0, 1)
const dayMs = 86_400_000

onBothDatabases('activation codes', (rig) => {
  let store: Store
  let codes: ActivationCodes
  let userId: string
  before(async () => {
    store = await rig().open()
    codes = new ActivationCodes(store)
    const user = await store.transaction((db) => new Users().create({ username: 'alice' }, now, db))
    userId = user.userId
  })

  const create = (expires: number) => codes.create(userId, null, expires, now, store.db)

  test('lets one of fifty concurrent uses succeed', async () => {
    const found = await codes.find(await create(now + dayMs), store.db)
    assert(found !== undefined)
    const used = await Promise.all(
      Array.from({ length: 50 }, () =>
        store.transaction((db) => codes.use(found.codeHash, now, db)),
      ),
    )
    assert.equal(used.filter(Boolean).length, 1)
  })

  test('reports a used or expired code for a month, then deletes it', async () => {
    const code = await create(now + dayMs)
    await codes.prune(now + 30 * dayMs)
    assert.equal((await codes.find(code, store.db))?.used, null)
    await codes.prune(now + 31 * dayMs)
    assert.equal(await codes.find(code, store.db), undefined)
  })

  test('withdraws unused codes only', async () => {
    const [used, unused] = [await create(now + dayMs), await create(now + dayMs)]
    const found = await codes.find(used, store.db)
    await codes.use(found?.codeHash ?? '', now, store.db)
    await codes.withdraw(userId, store.db)
    assert.equal((await codes.find(used, store.db))?.used, now)
    assert.equal(await codes.find(unused, store.db), undefined)
  })
})
