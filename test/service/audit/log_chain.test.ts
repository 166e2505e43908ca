import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, beforeEach, test } from 'node:test'
import { AdministratorLog } from '../../../src/service/audit/administrator_log.ts'
import { AuthenticationLog } from '../../../src/service/audit/authentication_log.ts'
import type { LogName } from '../../../src/service/audit/log_lines.ts'
import { LogRetention } from '../../../src/service/audit/log_retention.ts'
import { LogSealer } from '../../../src/service/audit/log_sealer.ts'
import { verifyLog } from '../../../src/service/audit/log_verification.ts'
import { TelephonyLog } from '../../../src/service/audit/telephony_log.ts'
import { rotateSealingKey } from '../../../src/service/store/rotation.ts'
import type { Store } from '../../../src/service/store/store.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { onBothDatabases, onPostgres, StoreRig } from '../../rig/store.ts'

const dayMs = 86_400_000
const now = Date.UTC(2026, 0, 1)
const tables = [
  'authentication_log',
  'administrator_log',
  'telephony_log',
  'log_queue',
  'log_seals',
  'log_chains',
] as const

function signIn(username: string, timestamp = now) {
  return {
    timestamp,
    txid: null,
    userId: null,
    username,
    ikey: 'DI1',
    application: 'VPN',
    factor: 'push',
    result: 'success',
    reason: 'user_approved',
    ipaddr: '192.0.2.1',
    hostname: '',
    device: '',
    repeatOf: null,
  } as const
}

async function signInAll(store: Store, names: readonly string[], timestamp = now): Promise<void> {
  for (const name of names) {
    await store.transaction((db) => new AuthenticationLog().append(signIn(name, timestamp), db))
  }
}

async function problems(store: Store, log: LogName = 'authentication_log'): Promise<string[]> {
  const { problems } = await verifyLog(log, store.db)
  return problems.map(({ id, what }) => `${id === undefined ? '' : `${id}: `}${what}`)
}

const changed = 'the line was changed, or was not written by the service'

onBothDatabases('the chain of a log', (rig) => {
  const clock = new ManualClock(now)
  let store: Store
  before(async () => {
    store = await rig().open()
  })
  beforeEach(async () => {
    for (const table of tables) await store.db.deleteFrom(table).execute()
  })

  const seal = async () => await new LogSealer(store, clock).seal()
  const ids = async () =>
    (await store.db.selectFrom('authentication_log').select('id').orderBy('id').execute()).map(
      ({ id }) => id,
    )
  /** Five lines in two seals. */
  const fiveLines = async () => {
    await signInAll(store, ['a', 'b', 'c'])
    await seal()
    await signInAll(store, ['d', 'e'])
    await seal()
    return await ids()
  }

  test('is intact, and new lines wait for it', async () => {
    await fiveLines()
    await signInAll(store, ['f'])
    const result = await verifyLog('authentication_log', store.db)
    assert.deepEqual(result.problems, [])
    assert.deepEqual([result.verified, result.waiting, result.unchained], [5, 1, 0])
    assert.equal(result.heads[0]?.seq, 2)
  })

  test('names a line that was changed, before and after it was chained', async () => {
    const [, second] = await fiveLines()
    await signInAll(store, ['f'])
    const last = (await ids()).at(-1)
    await store.db
      .updateTable('authentication_log')
      .set({ username: 'mallory' })
      .where('id', 'in', [second ?? 0, last ?? 0])
      .execute()
    await seal()
    assert.deepEqual(await problems(store), [`${second}: ${changed}`, `${last}: ${changed}`])
  })

  test('names a line that was deleted, also one that was not chained yet', async () => {
    const [, second] = await fiveLines()
    await signInAll(store, ['f'])
    const last = (await ids()).at(-1)
    await store.db
      .deleteFrom('authentication_log')
      .where('id', 'in', [second ?? 0, last ?? 0])
      .execute()
    await seal()
    assert.deepEqual(await problems(store), [
      `${second}: the line is missing`,
      `${last}: the line is missing`,
    ])
  })

  test('names a line that was added', async () => {
    await fiveLines()
    const [line] = await store.db.selectFrom('authentication_log').selectAll().limit(1).execute()
    assert.ok(line !== undefined)
    const { id: _, ...copy } = line
    await store.db
      .insertInto('authentication_log')
      .values({ ...copy, mac: '' })
      .execute()
    const forged = (await ids()).at(-1)
    await seal()
    assert.deepEqual(await problems(store), [`${forged}: ${changed}`])
    await store.db.insertInto('authentication_log').values(copy).execute()
    const copied = (await ids()).at(-1)
    await seal()
    assert.deepEqual(await problems(store), [
      `${forged}: ${changed}`,
      `${copied}: the line is a copy of another`,
    ])
    await signInAll(store, ['f'])
    await store.db.deleteFrom('log_queue').execute()
    const hidden = (await ids()).at(-1)
    assert.equal((await problems(store)).at(-1), `${hidden}: the line is in no chain: it was added`)
  })

  test('finds lines that were exchanged, and seals that were removed or changed', async () => {
    const [first = 0, second = 0] = await fiveLines()
    const spare = 1_000_000_000
    const move = async (from: number, to: number) =>
      await store.db
        .updateTable('authentication_log')
        .set({ id: to })
        .where('id', '=', from)
        .execute()
    await move(first, spare)
    await move(second, first)
    await move(spare, second)
    const [broken, ...others] = await problems(store)
    assert.match(broken ?? '', new RegExp(`^${first}: the chain is broken here`))
    assert.deepEqual(others, [])
    await move(first, spare)
    await move(second, first)
    await move(spare, second)
    assert.deepEqual(await problems(store), [])
    const removed = await store.db
      .deleteFrom('log_seals')
      .where('seq', '=', 2)
      .returningAll()
      .execute()
    assert.match((await problems(store)).join('\n'), /seals 2 to 2 of node \w+ are missing/)
    await store.db.insertInto('log_seals').values(removed).execute()
    await store.db.updateTable('log_chains').set({ head_seq: 1 }).execute()
    assert.match(
      (await problems(store)).join('\n'),
      /the ends of the chain of node \w+ were changed/,
    )
  })

  test('covers the administrator log, and the result of a message', async () => {
    const telephony = new TelephonyLog(store)
    const message = {
      timestamp: now,
      type: 'sms',
      context: 'authentication',
      number: '+15550100',
      userId: null,
      txid: null,
      provider: 'outbox',
      result: 'started',
      detail: '',
    } as const
    const id = await telephony.append(message, store.db)
    const act = { timestamp: now, actor: 'a', action: 'user_create', object: 'b', description: '' }
    await store.transaction((db) => new AdministratorLog().append(act, db))
    await seal()
    assert.equal((await verifyLog('telephony_log', store.db)).waiting, 1)
    await telephony.finish(id, { result: 'sent', detail: '42' }, store.db)
    await seal()
    assert.deepEqual(await problems(store, 'telephony_log'), [])
    assert.deepEqual(await problems(store, 'administrator_log'), [])
    await telephony.finish(id, { result: 'refused', detail: 'late' }, store.db)
    assert.deepEqual(await problems(store, 'telephony_log'), [])
    await store.db.updateTable('telephony_log').set({ result: 'refused' }).execute()
    await store.db.updateTable('administrator_log').set({ changes: '{"a":1}' }).execute()
    assert.deepEqual(await problems(store, 'telephony_log'), [`${id}: ${changed}`])
    assert.match((await problems(store, 'administrator_log')).join(), /the line was changed/)
  })

  test('can be verified after retention has deleted its beginning', async () => {
    await signInAll(store, ['a', 'b'], now - 500 * dayMs)
    await seal()
    await signInAll(store, ['c'], now - 450 * dayMs)
    await seal()
    await signInAll(store, ['d', 'e'])
    await seal()
    assert.equal(await new LogRetention(store, { logKeepDays: 400 }, clock).prune(), 3)
    const { verified, problems: found } = await verifyLog('authentication_log', store.db)
    assert.deepEqual([verified, found], [2, []])
    await signInAll(store, ['f'])
    await seal()
    assert.deepEqual(await problems(store), [])
    // more than retention has deleted
    const [oldest] = await ids()
    await store.db
      .deleteFrom('authentication_log')
      .where('id', '=', oldest ?? 0)
      .execute()
    await store.db.deleteFrom('log_seals').where('seq', '=', 3).execute()
    assert.match((await problems(store)).join('\n'), /seals 3 to 3 of node \w+ are missing/)
  })

  test('stays intact while several transactions write and one is rolled back', async () => {
    const log = new AuthenticationLog()
    await Promise.all([
      ...Array.from({ length: 40 }, async (_, index) => {
        await store.transaction((db) => log.append(signIn(`user${index}`), db))
        if (index % 10 === 0) await seal()
      }),
      assert.rejects(
        store.transaction(async (db) => {
          await log.append(signIn('undone'), db)
          throw new Error('rolled back')
        }),
      ),
    ])
    await seal()
    const { verified, waiting, problems: found } = await verifyLog('authentication_log', store.db)
    assert.deepEqual([verified, waiting, found], [40, 0, []])
  })

  test('outlives a new sealing key', async () => {
    await fiveLines()
    await store.transaction((db) => rotateSealingKey(store, db))
    const reopened = await rig().open()
    await signInAll(reopened, ['f'])
    await new LogSealer(reopened, clock).seal()
    assert.deepEqual(await problems(reopened), [])
  })
})

onPostgres('the chains of two nodes', (rig) => {
  test('are verified together, and each node prunes both', async () => {
    const clock = new ManualClock(now)
    const one = await rig().open()
    const second = new StoreRig(rig().databaseUrl)
    copyFileSync(join(rig().folder, 'sealing.key'), join(second.folder, 'sealing.key'))
    const other = await second.open()
    assert.notEqual(one.node, other.node)
    const names = Array.from({ length: 30 }, (_, index) => `user${index}`)
    await Promise.all([
      signInAll(one, names, now - 500 * dayMs),
      signInAll(other, names, now - 500 * dayMs),
      new LogSealer(one, clock).seal(),
      new LogSealer(other, clock).seal(),
    ])
    await Promise.all([new LogSealer(one, clock).seal(), new LogSealer(other, clock).seal()])
    await signInAll(other, ['late'])
    await new LogSealer(other, clock).seal()
    const result = await verifyLog('authentication_log', one.db)
    assert.deepEqual([result.verified, result.waiting, result.problems], [61, 0, []])
    await Promise.all(
      [one, other].map((store) => new LogRetention(store, { logKeepDays: 400 }, clock).prune()),
    )
    const rest = await verifyLog('authentication_log', one.db)
    assert.deepEqual(rest.problems, [])
    assert.ok(rest.verified >= 1)
    await second.close()
  })
})
