import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import {
  createApplication,
  rotateSecretKey,
  updateApplication,
} from '../../../src/service/administration/acts/applications.ts'
import { addMember, createGroup } from '../../../src/service/administration/acts/groups.ts'
import { addPhone, deletePhone } from '../../../src/service/administration/acts/phones.ts'
import { createPolicy, updatePolicy } from '../../../src/service/administration/acts/policies.ts'
import {
  assignToken,
  createToken,
  deleteToken,
} from '../../../src/service/administration/acts/tokens.ts'
import { createUser, updateUser } from '../../../src/service/administration/acts/users.ts'
import { Administration } from '../../../src/service/administration/administration.ts'
import { builtInRole } from '../../../src/service/administration/roles.ts'
import { AdministratorLog } from '../../../src/service/audit/administrator_log.ts'
import type { User } from '../../../src/service/people/user.ts'
import type { Store } from '../../../src/service/store/store.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { onBothDatabases } from '../../rig/store.ts'

onBothDatabases('lines of the administrator log', (rig) => {
  let store: Store
  let administration: Administration
  let alice: User
  before(async () => {
    store = await rig().open()
    const actor = {
      name: 'Olga',
      id: 'DE1',
      address: '192.0.2.7',
      role: builtInRole('Owner'),
    }
    administration = new Administration(store, new ManualClock(0), actor)
    alice = await administration.run(createUser, { username: 'alice' })
  })

  const lastLine = async () => {
    const [line] = await new AdministratorLog().list(1, store.db)
    assert.ok(line !== undefined)
    return line
  }

  test('name the administrator, their address, the object and its old values', async () => {
    await administration.run(updateUser, { user: alice, change: { status: 'disabled' } })
    await administration.run(updateUser, {
      // read before the first change
      user: alice,
      change: { status: 'active', realname: '' },
    })
    assert.deepEqual(await lastLine(), {
      timestamp: 0,
      actor: 'Olga',
      actorId: 'DE1',
      address: '192.0.2.7',
      action: 'user_update',
      object: 'alice',
      objectKind: 'user',
      objectId: alice.userId,
      userId: alice.userId,
      description: 'status=active realname=',
      changes: { status: { before: 'disabled', after: 'active' } },
    })
  })

  test('mask secrets', async () => {
    const vpn = { name: 'VPN', type: 'radius' } as const
    const integration = await administration.run(createApplication, vpn)
    const skey = await administration.run(rotateSecretKey, { integration })
    const { objectKind, objectId, changes } = await lastLine()
    assert.deepEqual([objectKind, objectId], ['application', integration.ikey])
    assert.deepEqual(changes, { skey: { before: '[secret]', after: '[secret]' } })
    const { rows } = await store.db
      .selectFrom('administrator_log')
      .selectAll()
      .execute()
      .then((all) => ({ rows: JSON.stringify(all) }))
    assert.ok(!rows.includes(skey.reveal()))
    await administration.run(updateApplication, { integration, change: { signatureV1: true } })
    assert.deepEqual((await lastLine()).changes, { signature_v1: { before: false, after: true } })
  })

  test('about devices and groups are found by their user', async () => {
    const phone = await administration.run(addPhone, { user: alice, phone: { name: 'Pixel' } })
    await administration.run(deletePhone, { phoneId: phone.phoneId })
    const { token } = await administration.run(createToken, {
      user: alice,
      token: { kind: 'totp', serial: 'T1' },
    })
    await administration.run(assignToken, { tokenId: token.tokenId, user: undefined })
    assert.deepEqual((await lastLine()).changes, { user: { before: 'alice', after: null } })
    await administration.run(assignToken, { tokenId: token.tokenId, user: alice })
    await administration.run(deleteToken, { tokenId: token.tokenId })
    const group = await administration.run(createGroup, {
      name: 'Staff',
      status: 'active',
      description: '',
    })
    await administration.run(addMember, { group, user: alice })
    const ofAlice = { userId: alice.userId, limit: 7 }
    const { items } = await new AdministratorLog().page(ofAlice, store.db)
    assert.deepEqual(
      items.map(({ action, objectKind }) => `${action} ${objectKind}`),
      [
        'group_member_add group',
        'hardtoken_delete token',
        'hardtoken_assign token',
        'hardtoken_assign token',
        'hardtoken_create token',
        'phone_delete phone',
        'phone_create phone',
      ],
    )
  })

  test('contain the old and new sections of a policy', async () => {
    const policy = await administration.run(createPolicy, {
      name: 'Strict',
      sections: { new_user: { new_user_behavior: 'deny' } },
    })
    const change = {
      sections: { authentication_policy: { user_auth_behavior: 'enforce' } },
      sectionsToDelete: ['new_user'],
    }
    await administration.run(updatePolicy, { policy, change })
    assert.deepEqual((await lastLine()).changes, {
      new_user: { before: { new_user_behavior: 'deny' }, after: null },
      authentication_policy: { before: null, after: { user_auth_behavior: 'enforce' } },
    })
  })
})
