import { type Group, type GroupStatus, Groups } from '../../people/groups.ts'
import type { User } from '../../people/user.ts'
import type { StoreDb } from '../../store/store.ts'
import { act } from '../act.ts'
import type { Permit } from '../roles.ts'

export type NewGroup = Pick<Group, 'name' | 'status' | 'description'>

interface GroupChange {
  readonly group: Group
  readonly status: GroupStatus
}

interface Membership {
  readonly group: Group
  readonly user: User
}

/** @throws {DirectoryError} As `Groups.create`. */
export const createGroup = act({
  name: 'group_create',
  permits: ({ status }: NewGroup) => groupPermits(status),
  do: ({ db }, { name, status, description }: NewGroup) =>
    new Groups().create(name, status, description, db),
  log: ({ name, status }) => ({ object: name, description: { status } }),
})

export const setGroupStatus = act({
  name: 'group_update',
  permits: ({ status }: GroupChange) => groupPermits(status),
  do: ({ db }, { group, status }: GroupChange) => new Groups().setStatus(group.groupId, status, db),
  log: ({ group, status }) => ({ object: group.name, description: { status } }),
})

export const addMember = act({
  name: 'group_member_add',
  // the group can have changed to bypass since the caller read it
  permits: async ({ group }: Membership, db: StoreDb) => {
    const { status } = (await new Groups().byId(group.groupId, db)) ?? group
    return groupPermits(status)
  },
  do: ({ db }, { group, user }: Membership) =>
    new Groups().addMember(group.groupId, user.userId, db),
  log: ({ group, user }) => ({ object: group.name, description: user.username }),
})

export const removeMember = act({
  name: 'group_member_remove',
  permits: ['groups.edit'],
  do: ({ db }, { group, user }: Membership) =>
    new Groups().removeMember(group.groupId, user.userId, db),
  log: ({ group, user }) => ({ object: group.name, description: user.username }),
})

/** Deletes a group; its members stay. */
export const deleteGroup = act({
  name: 'group_delete',
  permits: ['groups.edit'],
  do: ({ db }, { group }: { readonly group: Group }) => new Groups().remove(group.groupId, db),
  log: ({ group }) => ({ object: group.name, description: '' }),
})

/** The members of a group with status `bypass` sign in without a second factor. */
function groupPermits(status: GroupStatus): readonly Permit[] {
  return status === 'bypass' ? ['groups.edit', 'users.bypass'] : ['groups.edit']
}
