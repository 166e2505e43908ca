import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import {
  deleteAdministrator,
  updateAdministrator,
} from '../../../src/service/administration/acts/administrators.ts'
import { createBypassCodes } from '../../../src/service/administration/acts/bypass_codes.ts'
import { updateUser } from '../../../src/service/administration/acts/users.ts'
import { Administration } from '../../../src/service/administration/administration.ts'
import { builtInRole } from '../../../src/service/administration/roles.ts'
import { Administrators } from '../../../src/service/administrators/administrators.ts'
import type { Store } from '../../../src/service/store/store.ts'
import { addAdministrator } from '../../rig/admin_client.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { onBothDatabases } from '../../rig/store.ts'
import { World } from './attempts.ts'

onBothDatabases('the administrators of several nodes', (rig) => {
  const clock = new ManualClock()
  const nodes: Store[] = []
  before(async () => {
    nodes.push(await rig().open(), await rig().open())
  })

  function at(node: number, adminId?: string): Administration {
    const store = nodes[node]
    assert.ok(store !== undefined)
    const actor = { name: 'test', role: builtInRole('Owner') }
    const session = { steppedUpUntil: Number.MAX_SAFE_INTEGER }
    return new Administration(
      store,
      clock,
      adminId === undefined ? actor : { ...actor, session: { ...session, adminId } },
    )
  }

  async function owners(): Promise<readonly string[]> {
    const [store] = nodes
    assert.ok(store !== undefined)
    return await store.transaction((db) => new Administrators().lockActiveOwners(db))
  }

  async function addOwner(): Promise<string> {
    const [store] = nodes
    assert.ok(store !== undefined)
    return (await addAdministrator(store)).administrator.adminId
  }

  const removals: readonly (readonly [
    string,
    (node: number, adminId: string) => Promise<unknown>,
  ])[] = [
    ['removed', (node, adminId) => at(node).run(deleteAdministrator, { adminId })],
    [
      'disabled',
      (node, adminId) =>
        at(node).run(updateAdministrator, { adminId, change: { status: 'disabled' } }),
    ],
    [
      'demoted',
      (node, adminId) =>
        at(node).run(updateAdministrator, { adminId, change: { role: 'Read-only' } }),
    ],
  ]
  for (const [title, remove] of removals) {
    test(`keep one owner when two owners are ${title} at once`, async () => {
      while ((await owners()).length < 2) await addOwner()
      const [first = '', second = ''] = await owners()
      const outcomes = await Promise.allSettled([remove(0, first), remove(1, second)])
      assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
      assert.equal((await owners()).length, 1)
      const [last = ''] = await owners()
      await assert.rejects(remove(0, last), { code: 'last_owner' })
    })
  }

  test('create only so many bypass codes in an hour each', async () => {
    const [store] = nodes
    assert.ok(store !== undefined)
    const world = new World(store, clock)
    const adminId = await addOwner()
    const ordered = async (count: number) => ({
      user: await world.user(),
      codes: { count, reuseCount: 1, validSecs: 0, preserveExisting: true },
    })
    const order = async (node: number, count: number) =>
      await at(node, adminId).run(createBypassCodes, await ordered(count))
    await order(0, 60)
    await assert.rejects(order(1, 60), { code: 'ADMINISTRATION_LIMIT', cap: 'bypass_codes' })
    await assert.rejects(order(1, 60), { code: 'ADMINISTRATION_LIMIT' })
    await order(1, 40)
    const reports = async () =>
      (
        await store.db
          .selectFrom('administrator_log')
          .select('object')
          .where('action', '=', 'admin_limit')
          .execute()
      ).length
    assert.equal(await reports(), 1)
    clock.advance(3_600_000)
    await order(0, 60)
    const order41 = await ordered(41)
    const many = at(1, adminId).together((run) => run(createBypassCodes, order41))
    await assert.rejects(many, { code: 'ADMINISTRATION_LIMIT' })
    assert.equal(await reports(), 2)
  })

  test('count an unlock by a new status, also if the user was locked out meanwhile', async () => {
    const [store] = nodes
    assert.ok(store !== undefined)
    const adminId = await addOwner()
    const user = await new World(store, clock).user({
      ...{ username: 'unlocked', status: 'locked out' },
    })
    const read = { ...user, status: 'active' } as const
    await at(0, adminId).run(updateUser, { user: read, change: { realname: 'Ann' } })
    await at(0, adminId).run(updateUser, { user: read, change: { status: 'active' } })
    const counted = await store.db
      .selectFrom('administrator_counts')
      .select(['cap', 'count'])
      .where('admin_id', '=', adminId)
      .execute()
    assert.deepEqual(
      counted.map(({ cap, count }) => [cap, Number(count)]),
      [['unlocks', 1]],
    )
  })
})
