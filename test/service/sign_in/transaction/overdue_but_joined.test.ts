import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { timedOut } from '../../../../src/service/sign_in/transaction/transaction.ts'
import { SignIn } from '../../../rig/sign_in.ts'
import { onBothDatabases } from '../../../rig/store.ts'

onBothDatabases('a sign-in that was found overdue', (rig) => {
  test('is not ended if a retry has joined it meanwhile', async () => {
    const store = await rig().open()
    const { transactions, clock } = new SignIn(store)
    const txid = randomUUID()
    const retries = { timeoutMs: 20_000, attempts: 4 }
    const request = { application: 'VPN', username: 'alice', ipaddr: '', hostname: '' }
    const of = { ikey: 'DIX', userId: null, phoneId: null, repeatOf: null, verification: undefined }
    const opening = { txid, factor: 'push', request, retries, ...of }
    const pushed = { status: 'pushed', status_msg: '' }
    await store.transaction((db) => transactions.open(opening, pushed, 60, db))
    const end = () =>
      store.transaction((db) =>
        transactions.settleAll([txid], timedOut, db, { unlessJoined: true }),
      )
    clock.advance(46_500)
    assert.deepEqual(
      (await transactions.overdue()).map((overdue) => overdue.txid),
      [txid],
    )
    const expires = clock.now() + 20_000
    await store.transaction((db) => transactions.changeRetries(txid, { expires }, db))
    assert.deepEqual(await end(), [])
    clock.advance(20_000)
    assert.deepEqual(await end(), [txid])
    transactions.close()
  })
})
