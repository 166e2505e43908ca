import { changedFields, removedFields } from '../../audit/changes.ts'
import { type Group, type GroupStatus, Groups } from '../../people/groups.ts'
import type { User } from '../../people/user.ts'
import { Users, userGone } from '../../people/users.ts'
import type { StoreDb } from '../../store/store.ts'
import { act } from '../act.ts'
import { approval } from '../approval.ts'
import { groupUses } from '../group_uses.ts'
import type { Permit } from '../roles.ts'
import { watchPolicies } from './policy_approval.ts'

export type NewGroup = Pick<Group, 'name' | 'status' | 'description'>

interface GroupEdit {
  readonly group: Group
  readonly change: Partial<NewGroup>
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
  log: (group, { groupId, name, status, description }) => ({
    object: group.name,
    objectKind: 'group',
    objectId: groupId,
    description: { status },
    changes: changedFields({}, { name, status, description }),
  }),
})

/** @throws {DirectoryError} As `Groups.update`. */
export const updateGroup = act({
  name: 'group_update',
  permits: ({ change }: GroupEdit) => groupPermits(change.status),
  do: ({ db }, { group, change }: GroupEdit) => new Groups().update(group.groupId, change, db),
  before: async ({ db }, { group }: GroupEdit) =>
    (await new Groups().byId(group.groupId, db)) ?? group,
  log: ({ group, change }, _, before) => ({
    ...describe(group),
    description: { ...change },
    changes: changedFields(before, change),
  }),
})

/** @throws {DirectoryError} `DIRECTORY_NOT_FOUND` */
export const addMember = act({
  name: 'group_member_add',
  // the group can have changed to bypass since the caller read it
  permits: async ({ group }: Membership, db: StoreDb) => {
    const { status } = (await new Groups().byId(group.groupId, db)) ?? group
    return groupPermits(status)
  },
  do: async ({ db }, { group, user }: Membership) => {
    await requireBoth({ group, user }, db)
    await new Groups().addMember(group.groupId, user.userId, db)
  },
  log: ({ group, user }) => ({
    ...describe(group),
    userId: user.userId,
    description: user.username,
  }),
})

/** @throws {DirectoryError} `DIRECTORY_NOT_FOUND` */
export const removeMember = act({
  name: 'group_member_remove',
  permits: ['groups.edit'],
  do: async ({ db }, { group, user }: Membership) => {
    await requireBoth({ group, user }, db)
    await new Groups().removeMember(group.groupId, user.userId, db)
  },
  log: ({ group, user }) => ({
    ...describe(group),
    userId: user.userId,
    description: user.username,
  }),
})

/**
 * Deletes a group. Its members stay; its group policies end, and so does the access of its members to
 * applications that are open to permitted groups only.
 *
 * @throws {DirectoryError} `DIRECTORY_NOT_FOUND`
 */
export const deleteGroup = act({
  name: 'group_delete',
  permits: ['groups.edit'],
  approval: approval({
    // its policies in applications end with it
    watch: watchPolicies,
    summary: ({ group }: { readonly group: Group }) =>
      `Delete the group ${group.name}, whose policies ask more of its members`,
    keep: ({ group }: { readonly group: Group }) => ({ group }),
    restore: (kept) => kept,
  }),
  do: ({ db }, { group }: { readonly group: Group }) => new Groups().remove(group.groupId, db),
  before: ({ store, db }, { group }) => groupUses(group.groupId, store, db),
  log: ({ group }, _, { members, policies, permittedIn }) => ({
    ...describe(group),
    description: '',
    changes: removedFields({
      name: group.name,
      status: group.status,
      members,
      policies_in: policies.map(({ application }) => application.name),
      permitted_in: permittedIn.map((application) => application.name),
    }),
  }),
})

async function requireBoth({ group, user }: Membership, db: StoreDb): Promise<void> {
  if (!(await new Users().hold(user.userId, db))) throw userGone(user.username)
  await new Groups().require(group.groupId, db)
}

function describe({ groupId, name }: Group) {
  return { object: name, objectKind: 'group', objectId: groupId } as const
}

/** The members of a group with status `bypass` sign in without a second factor. */
function groupPermits(status: GroupStatus | undefined): readonly Permit[] {
  return status === 'bypass' ? ['groups.edit', 'users.bypass'] : ['groups.edit']
}
