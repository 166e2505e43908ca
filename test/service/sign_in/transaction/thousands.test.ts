import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, test } from 'node:test'
import type { Integration } from '../../../../src/service/applications/integrations.ts'
import { AuthenticationLog } from '../../../../src/service/audit/authentication_log.ts'
import { timedOut } from '../../../../src/service/sign_in/transaction/transaction.ts'
import { ListenerCount } from '../../../rig/listener_count.ts'
import { type PhoneUser, SignIn } from '../../../rig/sign_in.ts'
import { onBothDatabases } from '../../../rig/store.ts'

const calls = 2000
const lifeSecs = 60

onBothDatabases('thousands of waiting clients', (rig) => {
  let vpn: Integration
  let alice: PhoneUser
  let node: SignIn
  before(async () => {
    node = new SignIn(await rig().open())
    vpn = await node.application()
    alice = await node.addUser()
  })

  /** @returns The txids of `calls` new transactions. */
  const open = async ({ store, transactions }: SignIn): Promise<string[]> => {
    const { user, phoneId } = alice
    return await store.transaction(async (db) => {
      const txids = Array.from({ length: calls }, () => randomUUID())
      for (const txid of txids) {
        const opening = {
          ...{ txid, ikey: vpn.ikey, userId: user.userId, factor: 'push', phoneId },
          request: { application: 'VPN', username: user.username, ipaddr: '', hostname: '' },
          verification: undefined,
          repeatOf: null,
        }
        await transactions.open(opening, { status: 'pushed', status_msg: '' }, lifeSecs, db)
      }
      return txids
    })
  }
  const waitFor = async ({ authStatus, transactions }: SignIn, txids: readonly string[]) => {
    const waiting = txids.map((txid) => authStatus.awaitOutcome(txid))
    while (transactions.waitingCalls < txids.length) await new Promise(setImmediate)
    return waiting
  }
  const lines = async (txids: readonly string[]) => {
    const own = new Set<string | null>(txids)
    const all = await new AuthenticationLog().list({ limit: 10 * calls }, node.store.db)
    return all.filter(({ txid }) => own.has(txid)).map(({ reason }) => reason)
  }

  test('all get one reply when the service stops', async () => {
    const stopping = new SignIn(node.store)
    const txids = await open(stopping)
    const waiting = await waitFor(stopping, txids)
    stopping.transactions.close()
    assert.deepEqual(await Promise.all(waiting), Array(calls).fill(timedOut))
    assert.deepEqual(await lines(txids), Array(calls).fill('no_response'))
  })

  test('all get a reply when their transactions expire, and no listener remains', async (t) => {
    const listeners = new ListenerCount(t)
    const txids = await open(node)
    const waiting = await waitFor(node, txids)
    const polled = await Promise.all(
      txids.slice(0, 100).map((txid) => node.authStatus.poll(txid, vpn.ikey)),
    )
    assert.ok(polled.every((poll) => poll?.result === 'waiting'))
    node.clock.advance(lifeSecs * 1000)
    const tidied = node.tidy()
    assert.deepEqual(await Promise.all(waiting), Array(calls).fill(timedOut))
    await tidied
    assert.deepEqual(await lines(txids), Array(calls).fill('no_response'))
    assert.equal(node.transactions.waitingCalls, 0)
    assert.ok(listeners.added >= calls)
    assert.equal(listeners.left, 0)
  })
})
