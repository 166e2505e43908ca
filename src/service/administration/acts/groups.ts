import { type Group, type GroupStatus, Groups } from '../../people/groups.ts'
import type { User } from '../../people/user.ts'
import { act } from '../act.ts'
import type { Permit } from '../roles.ts'

export type NewGroup = Pick<Group, 'name' | 'status' | 'description'>

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
  permits: ({ status }: { readonly status: GroupStatus }) => groupPermits(status),
  do: ({ db }, { group, status }: { readonly group: Group; readonly status: GroupStatus }) =>
    new Groups().setStatus(group.groupId, status, db),
  log: ({ group, status }) => ({ object: group.name, description: { status } }),
})

export const addMember = act({
  name: 'group_member_add',
  permits: ({ group }: { readonly group: Group }) => groupPermits(group.status),
  do: ({ db }, { group, user }: { readonly group: Group; readonly user: User }) =>
    new Groups().addMember(group.groupId, user.userId, db),
  log: ({ group, user }) => ({ object: group.name, description: user.username }),
})

export const removeMember = act({
  name: 'group_member_remove',
  permits: ['groups.edit'],
  do: ({ db }, { group, user }: { readonly group: Group; readonly user: User }) =>
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
