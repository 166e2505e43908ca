import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { AdministratorLog } from '../../../src/service/audit/administrator_log.ts'
import {
  type AuthenticationEvent,
  AuthenticationLog,
  type EventFilter,
} from '../../../src/service/audit/authentication_log.ts'
import type { Store } from '../../../src/service/store/store.ts'
import { onBothDatabases } from '../../rig/store.ts'

const day = Date.UTC(2026, 0, 1)
const event: AuthenticationEvent = {
  timestamp: day,
  txid: '45f7c92b-f45f-4862-8545-e0f58e78075a',
  userId: null,
  username: 'alice',
  ikey: 'DIWJ8X6AEYOR5OMC6TQ1',
  application: 'VPN',
  factor: 'passcode',
  result: 'success',
  reason: 'valid_passcode',
  ipaddr: '192.0.2.1',
  hostname: 'vpn.corp.example',
  repeatOf: null,
  decidedBy: 'hours',
  policyKey: 'PO1',
  device: 'DPFZRS9FB0D46QFTM891',
}

onBothDatabases('the event logs', (rig) => {
  let store: Store
  let authentications: AuthenticationLog
  let administrators: AdministratorLog
  before(async () => {
    store = await rig().open()
    authentications = new AuthenticationLog()
    administrators = new AdministratorLog()
    await store.transaction(async (db) => {
      await authentications.append(event, db)
      await authentications.append({ ...event, timestamp: day + 1, username: 'bob' }, db)
      await authentications.append({ ...event, timestamp: day + 2, result: 'denied' }, db)
      await authentications.append({ ...event, timestamp: day + 3, result: 'fraud' }, db)
    })
  })

  const offsets = async (filter: Partial<EventFilter>) =>
    (await authentications.list({ limit: 100, ...filter }, store.db)).map(
      ({ timestamp }) => timestamp - day,
    )

  test('returns an event as it was written', async () => {
    assert.deepEqual(await authentications.list({ limit: 1, maxtime: day }, store.db), [event])
  })

  test('lists authentications newest first, up to the limit', async () => {
    assert.deepEqual(await offsets({}), [3, 2, 1, 0])
    assert.deepEqual(await offsets({ limit: 2 }), [3, 2])
  })

  test('filters authentications by user, result and time, including both ends', async () => {
    assert.deepEqual(await offsets({ username: 'bob' }), [1])
    assert.deepEqual(await offsets({ username: 'nobody' }), [])
    assert.deepEqual(await offsets({ result: 'fraud' }), [3])
    assert.deepEqual(await offsets({ mintime: day + 1, maxtime: day + 2 }), [2, 1])
    assert.deepEqual(await offsets({ username: 'alice', result: 'success', mintime: day }), [0])
  })

  test('logs an administrator’s act in the same transaction', async () => {
    const done = {
      timestamp: day,
      actor: 'cli:root',
      action: 'user_create',
      object: 'alice',
      description: '{"status":"active"}',
      actorId: 'DE1',
      address: '192.0.2.7',
      objectKind: 'user',
      objectId: 'DU1',
      userId: 'DU1',
      changes: { status: { before: 'disabled', after: 'active' } },
    }
    await store.transaction((db) => administrators.append(done, db))
    await assert.rejects(
      store.transaction(async (db) => {
        await administrators.append({ ...done, object: 'bob' }, db)
        throw new Error('it could not be done')
      }),
    )
    await store.transaction((db) => administrators.append({ ...done, object: 'carol' }, db))
    assert.deepEqual(await administrators.list(10, store.db), [{ ...done, object: 'carol' }, done])
    assert.deepEqual(await administrators.list(1, store.db), [{ ...done, object: 'carol' }])
  })
})
