/** What an Admin API application may do; the names are those of the Admin API. */
export const adminApiPermissions = [
  'adminapi_read_resource',
  'adminapi_write_resource',
  'adminapi_integrations',
  'adminapi_read_log',
  'adminapi_info',
  'adminapi_settings',
  'adminapi_admins',
  'adminapi_admins_read',
  'adminapi_allow_to_set_permissions',
] as const
export type AdminApiPermission = (typeof adminApiPermissions)[number]
