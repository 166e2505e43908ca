import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import {
  type Integration,
  Integrations,
} from '../../../../src/service/applications/integrations.ts'
import { Policies, type Policy } from '../../../../src/service/applications/policy/policies.ts'
import { PolicyAttachments } from '../../../../src/service/applications/policy/policy_attachments.ts'
import {
  type PolicyProposal,
  proposedLayers,
} from '../../../../src/service/applications/policy/policy_proposal.ts'
import { type Group, Groups } from '../../../../src/service/people/groups.ts'
import type { Store, StoreDb } from '../../../../src/service/store/store.ts'
import { onBothDatabases } from '../../../rig/store.ts'

onBothDatabases('proposed policies are those that the change makes', (rig) => {
  let store: Store
  let policies: Policies
  let attachments: PolicyAttachments
  let apps: Integration[]
  let groups: Group[]
  let made: Policy[]

  before(async () => {
    store = await rig().open()
    policies = new Policies(store)
    attachments = new PolicyAttachments(store)
    await store.transaction(async (db) => {
      const integrations = new Integrations(store)
      apps = []
      for (const name of ['VPN', 'Mail']) {
        apps.push(await integrations.create({ name, type: 'radius' }, 0, db))
      }
      groups = []
      for (const name of ['Staff', 'Guests']) {
        groups.push(await new Groups().create(name, 'active', '', db))
      }
      made = []
      for (const name of ['Base', 'Strict', 'Other']) {
        const sections = { new_user: { new_user_behavior: 'deny' } }
        made.push(await policies.create({ name, sections }, 0, db))
      }
    })
  })

  const at = <Item>(items: readonly Item[], index: number): Item => {
    const item = items[index]
    if (item === undefined) throw new Error(`there is no item ${index}`)
    return item
  }
  const check = async (proposal: PolicyProposal, change: (db: StoreDb) => Promise<unknown>) => {
    const before = await attachments.allLayers(store.db)
    const proposed = before.map(({ ikey, layers }) => [
      ikey,
      proposedLayers(ikey, layers, proposal),
    ])
    await store.transaction(change)
    const after = await attachments.allLayers(store.db)
    assert.deepEqual(
      proposed.map(([ikey, layers]) => [ikey, JSON.parse(JSON.stringify(layers))]),
      after.map(({ ikey, layers }) => [ikey, JSON.parse(JSON.stringify(layers))]),
    )
  }
  const named = ({ policyKey, name, sections }: Policy) => ({ policyKey, name, sections })
  const inGroup = (index: number, position?: number) => {
    const { groupId, name } = at(groups, index)
    const { ikey } = at(apps, 0)
    return { kind: 'group', ikey, group: { groupId, name }, position } as const
  }
  const attachToGroup = async (policy: Policy, index: number, position?: number) => {
    const { groupId } = at(groups, index)
    const place = { ikey: at(apps, 0).ikey, groupId }
    await check({ kind: 'attach', policy: named(policy), place: inGroup(index, position) }, (db) =>
      attachments.attachToGroup(place, policy.policyKey, position, db),
    )
  }

  test('attach, move, change, detach and delete', async () => {
    const [base, strict, other] = [at(made, 0), at(made, 1), at(made, 2)]
    const { ikey } = at(apps, 0)
    await check({ kind: 'attach', policy: named(base), place: { kind: 'global' } }, (db) =>
      attachments.setGlobal(base.policyKey, db),
    )
    await check(
      { kind: 'attach', policy: named(strict), place: { kind: 'application', ikey } },
      (db) => attachments.setApplication(ikey, strict.policyKey, db),
    )
    await attachToGroup(strict, 0)
    await attachToGroup(other, 0)
    await attachToGroup(other, 1, 1)
    await attachToGroup(other, 0, 1)
    await attachToGroup(other, 0, 9)
    const sections = { new_user: { new_user_behavior: 'no-mfa' } }
    await check({ kind: 'change', policy: { ...named(strict), sections } }, (db) =>
      policies.update(strict, { sections }, db),
    )
    await check(
      { kind: 'detach', policyKey: strict.policyKey, place: { kind: 'application', ikey } },
      (db) => attachments.unsetApplication(ikey, strict.policyKey, db),
    )
    const { groupId } = at(groups, 1)
    await check({ kind: 'detach', policyKey: other.policyKey, place: inGroup(1) }, (db) =>
      attachments.detachFromGroup({ ikey, groupId }, other.policyKey, db),
    )
    await check({ kind: 'delete', policyKey: strict.policyKey }, (db) =>
      policies.remove(strict.policyKey, db),
    )
    await check({ kind: 'detach', policyKey: base.policyKey, place: { kind: 'global' } }, (db) =>
      attachments.unsetGlobal(base.policyKey, db),
    )
  })
})
