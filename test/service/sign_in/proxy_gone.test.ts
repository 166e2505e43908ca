import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { sql } from 'kysely'
import type { StoreDb } from '../../../src/service/store/store.ts'
import { delayMs, RetryingClient, timeoutMs, toleranceMs } from '../../rig/retrying_client.ts'
import { onBothDatabases } from '../../rig/store.ts'
import { until } from '../../rig/until.ts'

onBothDatabases('a login whose proxy stops while the push waits', (database) => {
  const client = new RetryingClient(database)
  /** Begins a login, and stops its proxy 2 s later. */
  async function abandoned(): Promise<string> {
    const one = await client.send()
    client.at(2_000)
    one.hangUp()
    await client.untilGone(1)
    return await client.only()
  }

  test('is let in by its retry, if the user approves before it', async () => {
    const txid = await abandoned()
    client.at(4_000)
    const answered = client.phone.answer(txid, 'approve')
    await until(() => client.isApproved(txid))
    client.at(timeoutMs)
    const two = await client.send()
    client.at(timeoutMs + toleranceMs + delayMs)
    assert.equal(await two.result(), 'allow')
    assert.equal((await answered).status, 200)
    assert.equal(client.pushed.length, 1)
    assert.deepEqual(await client.reasons(), ['user_approved retry 1'])
  })

  test('is let in by its second retry, if the first one goes to the same proxy', async () => {
    const txid = await abandoned()
    const answered = client.phone.answer(txid, 'approve')
    await until(() => client.isApproved(txid))
    client.at(2 * timeoutMs)
    const three = await client.send()
    client.at(2 * timeoutMs + toleranceMs + delayMs)
    assert.equal(await three.result(), 'allow')
    assert.equal((await answered).status, 200)
    assert.equal(client.pushed.length, 1)
  })

  test('lets nobody in for a retry for which two requests compete', async () => {
    const txid = await abandoned()
    const answered = client.phone.answer(txid, 'approve')
    await until(() => client.isApproved(txid))
    client.at(timeoutMs - 1_000)
    const attacker = await client.send()
    client.at(timeoutMs)
    const two = await client.send()
    await until(() => client.pushed.length === 3)
    client.at(2 * timeoutMs + toleranceMs + delayMs + 100)
    assert.equal((await answered).body.code, 'expired')
    assert.deepEqual([attacker.state.answer, two.state.answer], [undefined, undefined])
  })

  test('is denied at its retry without a second push, if the user has denied it', async () => {
    const txid = await abandoned()
    await client.phone.answer(txid, 'deny')
    client.at(timeoutMs)
    const two = await client.send()
    assert.equal(await two.result(), 'deny')
    assert.equal(client.pushed.length, 1)
    assert.deepEqual(await client.reasons(), ['user_mistake'])
  })

  test('asks again after a denial that its client has seen', async () => {
    const one = await client.send()
    client.at(2_000)
    await client.phone.answer(await client.only(), 'deny')
    assert.equal(await one.result(), 'deny')
    client.at(timeoutMs)
    await client.send()
    await until(() => client.pushed.length === 2)
  })

  test('ends, and the app is told, if no retry comes', async () => {
    const txid = await abandoned()
    const answered = client.phone.answer(txid, 'approve')
    await until(() => client.isApproved(txid))
    client.at(2 * timeoutMs + toleranceMs + delayMs)
    assert.equal((await answered).body.code, 'expired')
    assert.deepEqual(await client.reasons(), ['nobody_waiting'])
  })

  const same = () => ({ request_fingerprint: randomBytes(32).toString('hex') })

  test('is let in at once by the same packet at another proxy', async () => {
    const packet = same()
    const one = await client.send(packet)
    client.at(2_000)
    one.hangUp()
    await client.untilGone(1)
    const txid = await client.only()
    const answered = client.phone.answer(txid, 'approve')
    await until(() => client.isApproved(txid))
    client.at(3_000)
    const again = await client.send(packet)
    assert.equal(await again.result(), 'allow')
    assert.equal((await answered).status, 200)
  })

  test('is let in at once if its proxy has moved the call, and the end of the first one is noticed later', async () => {
    const packet = same()
    const one = await client.send(packet)
    client.at(2_000)
    const again = await client.send(packet)
    one.hangUp()
    await assert.rejects(one.call)
    client.at(3_000)
    await client.phone.answer(await client.only(), 'approve')
    assert.equal(await again.result(), 'allow')
  })

  test('is let in at once by the same packet at the first proxy, if only the second one stops', async () => {
    const packet = same()
    const one = await client.send(packet)
    client.at(2_000)
    const again = await client.send(packet)
    again.hangUp()
    await client.untilGone(1)
    await client.phone.answer(await client.only(), 'approve')
    assert.equal(await one.result(), 'allow')
  })

  test('joins nothing with a packet that was another login, and ends', async () => {
    await client.send()
    const packet = same()
    await client.begin({ ...packet, factor: 'passcode', passcode: '123456' }).call
    client.at(timeoutMs)
    client.begin(packet)
    await until(() => client.pushed.length === 2)
    const txids = await client.shown()
    assert.equal(txids.length, 2)
  })
})

onBothDatabases('a login at a node that reads its request late', (database) => {
  const client = new RetryingClient(database)

  test('is shown one push, if the node could not run when the first one came', async () => {
    client.at(9_000)
    client.stalls.unreadMs = 9_000
    const one = await client.send()
    client.stalls.unreadMs = 0
    client.at(timeoutMs)
    const two = await client.send()
    client.at(timeoutMs + 9_000 + toleranceMs + delayMs)
    await client.phone.answer(await client.only(), 'approve')
    assert.deepEqual([await one.result(), await two.result()], ['deny', 'allow'])
    assert.equal(client.pushed.length, 1)
  })

  test('is shown one push, if its last request waited unread until the push had expired', async () => {
    const one = await client.send()
    const txid = await client.only()
    const { store } = client.first
    // the waiting call must not end it first
    one.hangUp()
    await client.untilGone(1)
    client.at(2 * timeoutMs + toleranceMs + delayMs + 100)
    const unread = { request_unread_ms: '7000', request_age_ms: '100' }
    const three = client.begin(unread)
    await until(async () => {
      const joined = await store.db
        .selectFrom('joined_requests')
        .select('request_id')
        .where('txid', '=', txid)
        .execute()
      return joined.length === 2
    })
    client.at(3 * timeoutMs - 1_000)
    await client.phone.answer(await client.only(), 'approve')
    assert.equal(await three.result(), 'allow')
    assert.equal(client.pushed.length, 1)
  })

  test('is shown one push, if the database did not answer when the first one came', async () => {
    const { store } = client.first
    if (store.dialect === 'sqlite') return
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    const locked = Promise.withResolvers<void>()
    const holding = store.transaction(async (db) => {
      await sql`lock table integrations in access exclusive mode`.execute(db)
      locked.resolve()
      await held
    })
    await locked.promise
    // the application was read too long ago
    const one = client.begin()
    await until(async () => (await waitingForLocks(store.db)) > 0)
    client.at(9_000)
    release()
    await holding
    await until(() => client.pushed.length === 1)
    client.at(timeoutMs)
    await client.send()
    assert.equal(client.pushed.length, 1)
    assert.equal(one.state.answer, undefined)
  })
})

async function waitingForLocks(db: StoreDb): Promise<number> {
  const { rows } = await sql<{ waiting: string }>`select count(*) as waiting from pg_locks
    where not granted and relation = 'integrations'::regclass`.execute(db)
  return Number(rows[0]?.waiting)
}
