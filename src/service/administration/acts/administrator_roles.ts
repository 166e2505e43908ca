import { AdministratorError } from '../../administrators/administrator.ts'
import { Administrators } from '../../administrators/administrators.ts'
import { type CustomRole, Roles } from '../../administrators/roles.ts'
import { endSessions } from '../../administrators/session_end.ts'
import { changedFields, removedFields } from '../../audit/changes.ts'
import type { StoreDb } from '../../store/store.ts'
import { act } from '../act.ts'
import type { Permit } from '../roles.ts'

interface RoleFields {
  readonly name: string
  readonly permits: readonly Permit[]
}

interface OneRole {
  readonly roleId: string
}

/** Permits that only the Owner has: with them, a role could be given all others. */
const ownersOnly: readonly Permit[] = [
  'administrators.edit',
  'api_applications.edit',
  'sealing_key.rotate',
]

/** @throws {AdministratorError} `name`, `limit`, `conflict`, `role` for a permit of owners only */
export const createRole = act({
  name: 'admin_role_create',
  permits: ['administrators.edit'],
  stepUp: true,
  do: ({ db, now }, role: RoleFields) => {
    requireGrantable(role.permits)
    return new Roles().create(role, now, db)
  },
  log: (_, role) => ({
    ...logged(role),
    description: { permits: role.permits },
    changes: changedFields({}, loggedFields(role)),
  }),
})

/**
 * Changes a custom role. The sessions of its administrators end.
 *
 * @throws {AdministratorError} As `createRole`, and `not_found`
 */
export const updateRole = act({
  name: 'admin_role_update',
  permits: ['administrators.edit'],
  stepUp: true,
  do: async (
    { db, now, actor },
    { roleId, change }: OneRole & { readonly change: Partial<RoleFields> },
  ) => {
    const before = await requireRole(roleId, db)
    requireGrantable(change.permits ?? [])
    await new Roles().update(roleId, change, db)
    const after = await requireRole(roleId, db)
    const administrators = new Administrators()
    if (after.name !== before.name) await administrators.renameRole(before.name, after.name, db)
    for (const adminId of await administrators.idsOfRole(after.name, db)) {
      await endSessions(adminId, { reason: 'account_changed', by: actor, now }, db)
    }
    return { before, after }
  },
  log: (_, { before, after }) => ({
    ...logged(before),
    description: {
      name: before.name === after.name ? undefined : after.name,
      added: after.permits.filter((permit) => !before.permits.includes(permit)),
      removed: before.permits.filter((permit) => !after.permits.includes(permit)),
    },
    changes: changedFields(loggedFields(before), loggedFields(after)),
  }),
})

/** @throws {AdministratorError} `not_found`, and `conflict` while an administrator has the role */
export const deleteRole = act({
  name: 'admin_role_delete',
  permits: ['administrators.edit'],
  stepUp: true,
  do: async ({ db }, { roleId }: OneRole) => {
    const role = await requireRole(roleId, db)
    const holders = await new Administrators().idsOfRole(role.name, db)
    if (holders.length > 0) {
      throw new AdministratorError(
        'conflict',
        `${holders.length} administrators have the role ${role.name}; give them another one first`,
      )
    }
    await new Roles().remove(roleId, db)
    return role
  },
  log: (_, role) => ({
    ...logged(role),
    description: '',
    changes: removedFields(loggedFields(role)),
  }),
})

async function requireRole(roleId: string, db: StoreDb): Promise<CustomRole> {
  const role = await new Roles().byId(roleId, db)
  if (role !== undefined) return role
  throw new AdministratorError('not_found', 'there is no such role')
}

function logged({ name, roleId }: CustomRole) {
  return { object: name, objectKind: 'role', objectId: roleId } as const
}

function loggedFields({ name, permits }: CustomRole) {
  return { name, permits }
}

function requireGrantable(granted: readonly Permit[]): void {
  const forbidden = granted.find((permit) => ownersOnly.includes(permit))
  if (forbidden === undefined) return
  throw new AdministratorError('role', `only the role Owner has the permit ${forbidden}`)
}
