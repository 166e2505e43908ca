import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { setAliases } from '../../../src/service/administration/acts/aliases.ts'
import {
  addMember,
  deleteGroup,
  removeMember,
  updateGroup,
} from '../../../src/service/administration/acts/groups.ts'
import { addPhone } from '../../../src/service/administration/acts/phones.ts'
import {
  attachPolicy,
  deletePolicy,
  editApplicationPolicy,
  updatePolicy,
} from '../../../src/service/administration/acts/policies.ts'
import { assignToken, createToken } from '../../../src/service/administration/acts/tokens.ts'
import {
  deleteUser,
  unlockUser,
  updateUser,
} from '../../../src/service/administration/acts/users.ts'
import { Administration } from '../../../src/service/administration/administration.ts'
import { builtInRole, customRole } from '../../../src/service/administration/roles.ts'
import { Policies } from '../../../src/service/applications/policy/policies.ts'
import { Users } from '../../../src/service/people/users.ts'
import type { Store } from '../../../src/service/store/store.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { onBothDatabases } from '../../rig/store.ts'
import { World } from './attempts.ts'

onBothDatabases('an act on data that has changed since it was read', (rig) => {
  const clock = new ManualClock()
  let store: Store
  let world: World
  let owner: Administration
  before(async () => {
    store = await rig().open()
    world = new World(store, clock)
    owner = new Administration(store, clock, { name: 'owner', role: builtInRole('Owner') })
  })

  test('unlock keeps a user disabled who was locked out before', async () => {
    const user = await world.user({ status: 'locked out' })
    await owner.run(updateUser, { user, change: { status: 'disabled' } })
    await owner.run(unlockUser, { user })
    assert.equal((await new Users().byId(user.userId, store.db))?.status, 'disabled')
  })

  test('a user who was locked out meanwhile is unlocked only with the permit', async () => {
    const user = await world.user()
    const role = customRole('Editors', ['users.edit'])
    const editor = new Administration(store, clock, { name: 'editor', role })
    const change = { status: 'active' } as const
    const locked = Promise.withResolvers<void>()
    const locking = store.transaction(async (db) => {
      await new Users().update(user.userId, { status: 'locked out' }, db)
      await locked.promise
    })
    const unlocking = editor.run(updateUser, { user, change })
    unlocking.catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 100))
    locked.resolve()
    await locking
    await assert.rejects(unlocking, { code: 'ADMINISTRATION_DENIED' })
  })

  test('a group that has changed to bypass needs the permit for bypass', async () => {
    const [group, user] = [await world.group(), await world.user()]
    await owner.run(updateGroup, { group, change: { status: 'bypass' } })
    const role = customRole('Groups', ['groups.edit'])
    const editor = new Administration(store, clock, { name: 'editor', role })
    await assert.rejects(editor.run(addMember, { group, user }), {
      code: 'ADMINISTRATION_DENIED',
    })
  })

  test('what was deleted meanwhile is not found', async () => {
    const [group, user] = [await world.group(), await world.user()]
    const [goneGroup, goneUser] = [await world.group(), await world.user()]
    await owner.run(deleteGroup, { group: goneGroup })
    await owner.run(deleteUser, { user: goneUser })
    const { token } = await world.token()
    const acts = [
      () => owner.run(updateGroup, { group: goneGroup, change: { status: 'disabled' } }),
      () => owner.run(deleteGroup, { group: goneGroup }),
      () => owner.run(addMember, { group: goneGroup, user }),
      () => owner.run(addMember, { group, user: goneUser }),
      () => owner.run(removeMember, { group: goneGroup, user }),
      () => owner.run(setAliases, { user: goneUser, aliases: ['gone'] }),
      () => owner.run(addPhone, { user: goneUser, phone: { number: '+12025550143' } }),
      () => owner.run(createToken, { user: goneUser, token: { kind: 'totp' } }),
      () => owner.run(assignToken, { tokenId: token.tokenId, user: goneUser }),
    ]
    for (const act of acts) {
      await assert.rejects(act(), { code: 'DIRECTORY_NOT_FOUND' }, String(act))
    }
  })

  test('a deleted policy does not replace the global one', async () => {
    const [present, deleted] = [await world.globalPolicy(), await world.policy()]
    await owner.run(deletePolicy, { policy: deleted })
    const attached = owner.run(attachPolicy, { policy: deleted, place: { kind: 'global' } })
    await assert.rejects(attached, { code: 'ACCESS_POLICY_GONE' })
    const global = await new Policies(store).global(store.db)
    assert.equal(global?.policyKey, present.policyKey)
  })

  test('a section that was changed meanwhile is not overwritten', async () => {
    const policy = await world.policy()
    const blocked = { authentication_methods: { blocked_auth_list: ['sms'] } }
    await owner.run(updatePolicy, { policy, change: { sections: blocked } })
    const digits = { authentication_methods: { verified_push_digits: 6 } }
    await assert.rejects(owner.run(updatePolicy, { policy, change: { sections: digits } }), {
      code: 'ACCESS_POLICY_CHANGED',
    })
    const newUser = { new_user: { new_user_behavior: 'deny' } }
    const changed = await owner.run(updatePolicy, { policy, change: { sections: newUser } })
    assert.deepEqual(changed.sections, { ...blocked, ...newUser })
  })

  test('concurrent changes of an application create one policy, and are all kept', async () => {
    const integration = await world.application()
    await Promise.all([
      owner.run(editApplicationPolicy, { integration, change: { newUsers: 'deny' } }),
      owner.run(editApplicationPolicy, { integration, change: { verifiedPush: true } }),
    ])
    const own = await new Policies(store).ofApplication(integration.ikey, store.db)
    assert.deepEqual(own?.sections, {
      new_user: { new_user_behavior: 'deny' },
      authentication_methods: { require_verified_push: true },
    })
    const listed = await new Policies(store).list(store.db)
    assert.equal(listed.filter(({ name }) => name === integration.name).length, 1)
  })
})
