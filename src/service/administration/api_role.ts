import type { AdminApiPermission } from '../applications/admin_api_permissions.ts'
import type { Integration } from '../applications/integrations.ts'
import type { Actor } from './act.ts'
import { customRole, type Permit } from './roles.ts'

/** The permits that each permission of an Admin API application grants. */
const granted: Readonly<Record<AdminApiPermission, readonly Permit[]>> = {
  adminapi_read_resource: ['users.view', 'policies.view'],
  adminapi_write_resource: [
    'users.create',
    'users.edit',
    'users.unlock',
    'users.bypass',
    'users.invite',
    'groups.edit',
    'devices.edit',
    'tokens.import',
    'bypass_codes.edit',
    'policies.edit',
    'policies.assign',
  ],
  adminapi_integrations: ['applications.view', 'applications.edit', 'policies.assign'],
  adminapi_read_log: ['logs.view'],
  adminapi_info: [],
  adminapi_settings: ['settings.view', 'settings.edit'],
  adminapi_admins: ['administrators.view', 'administrators.edit'],
  adminapi_admins_read: ['administrators.view'],
  adminapi_allow_to_set_permissions: [],
}

/** The administrator as which an Admin API application acts. */
export function apiActor({
  ikey,
  name,
  adminApiPermissions: permissions,
}: Pick<Integration, 'ikey' | 'name' | 'adminApiPermissions'>): Actor {
  const has = (permission: AdminApiPermission) => permissions.includes(permission)
  // one who edits Admin API applications can give all permissions to one of them
  const setsPermissions = has('adminapi_integrations') && has('adminapi_allow_to_set_permissions')
  const permits = [
    ...permissions.flatMap((permission) => granted[permission]),
    ...(setsPermissions ? (['api_applications.edit'] as const) : []),
  ]
  return { name: `api:${name}`, ikey, role: customRole(`of the application ${name}`, permits) }
}
