import { IconUsers } from '@tabler/icons-react'
import type { PageGroup, PageRoute } from '../page.ts'

const acts: readonly PageRoute[] = [
  {
    path: 'edit',
    permit: 'users.edit',
    page: async () => (await import('./edit_dialog.tsx')).EditDialog,
  },
  {
    path: 'status',
    permit: 'users.edit',
    page: async () => (await import('./status_dialog.tsx')).StatusDialog,
  },
  {
    path: 'lock',
    permit: 'users.edit',
    page: async () => (await import('./lock_dialog.tsx')).LockDialog,
  },
  {
    path: 'invite',
    permit: 'users.invite',
    page: async () => (await import('./invite_dialog.tsx')).InviteDialog,
  },
  {
    path: 'revoke-invitation',
    permit: 'users.invite',
    page: async () => (await import('./revoke_dialog.tsx')).RevokeDialog,
  },
  {
    path: 'remove',
    permit: 'users.create',
    page: async () => (await import('./remove_dialog.tsx')).RemoveDialog,
  },
  {
    path: 'add-phone',
    permit: 'devices.edit',
    page: async () => (await import('./phone_dialogs.tsx')).AddPhoneDialog,
  },
  {
    path: 'activate/$phone',
    permit: 'devices.edit',
    page: async () => (await import('./phone_dialogs.tsx')).ActivateDialog,
  },
  {
    path: 'remove-phone/$phone',
    permit: 'devices.edit',
    page: async () => (await import('./phone_dialogs.tsx')).RemovePhoneDialog,
  },
  {
    path: 'assign-token',
    permit: 'devices.edit',
    page: async () => (await import('./assign_dialogs.tsx')).AssignTokenDialog,
  },
  {
    path: 'add-group',
    permit: 'groups.edit',
    page: async () => (await import('./assign_dialogs.tsx')).AddGroupDialog,
  },
  {
    path: 'bypass-codes',
    permit: 'bypass_codes.edit',
    page: async () => (await import('./bypass_codes_dialog.tsx')).BypassCodesDialog,
  },
]

/** Changes of the users that are selected in the list. */
const bulkActs: readonly PageRoute[] = [
  {
    path: 'bulk/invite',
    permit: 'users.invite',
    page: async () => (await import('./bulk_confirm_dialogs.tsx')).BulkInviteDialog,
  },
  {
    path: 'bulk/group-add',
    permit: 'groups.edit',
    page: async () => (await import('./bulk_form_dialogs.tsx')).BulkGroupAddDialog,
  },
  {
    path: 'bulk/group-remove',
    permit: 'groups.edit',
    page: async () => (await import('./bulk_form_dialogs.tsx')).BulkGroupRemoveDialog,
  },
  {
    path: 'bulk/status',
    permit: 'users.edit',
    page: async () => (await import('./bulk_form_dialogs.tsx')).BulkStatusDialog,
  },
  {
    path: 'bulk/lock',
    permit: 'users.edit',
    page: async () => (await import('./bulk_confirm_dialogs.tsx')).BulkLockDialog,
  },
  {
    path: 'bulk/unlock',
    permit: 'users.unlock',
    page: async () => (await import('./bulk_confirm_dialogs.tsx')).BulkUnlockDialog,
  },
  {
    path: 'bulk/remove',
    permit: 'users.create',
    page: async () => (await import('./bulk_confirm_dialogs.tsx')).BulkRemoveDialog,
  },
  {
    path: 'bulk/restore',
    permit: 'users.create',
    page: async () => (await import('./bulk_confirm_dialogs.tsx')).BulkRestoreDialog,
  },
  {
    path: 'jobs/$job',
    page: async () => (await import('./bulk_job_dialog.tsx')).BulkJobDialog,
  },
]

export const userPages: PageGroup = {
  nav: [{ label: 'Users', to: '/users', icon: IconUsers, section: 'people', permit: 'users.view' }],
  routes: [
    {
      path: '/users',
      permit: 'users.view',
      page: async () => (await import('./users_page.tsx')).UsersPage,
      acts: [
        {
          path: 'add',
          permit: 'users.create',
          page: async () => (await import('./add_dialog.tsx')).AddDialog,
        },
        ...bulkActs,
      ],
    },
    {
      path: '/users/import',
      permit: 'users.create',
      page: async () => (await import('./import_page.tsx')).ImportPage,
    },
    {
      path: '/users/invitations',
      permit: 'users.view',
      page: async () => (await import('./invitations_page.tsx')).InvitationsPage,
      acts: [
        {
          path: '$id/resend',
          permit: 'users.invite',
          page: async () => (await import('./invite_dialog.tsx')).ResendDialog,
        },
        {
          path: '$id/revoke',
          permit: 'users.invite',
          page: async () => (await import('./revoke_dialog.tsx')).RevokeListedDialog,
        },
      ],
    },
    {
      path: '/users/$id',
      permit: 'users.view',
      page: async () => (await import('./user_page.tsx')).UserPage,
      acts,
    },
  ],
  commands: [
    {
      label: 'Add a user',
      to: '/users/add',
      permit: 'users.create',
      keywords: 'new create person enrol',
    },
    {
      label: 'Import users',
      to: '/users/import',
      permit: 'users.create',
      keywords: 'csv file upload bulk many',
    },
    {
      label: 'Invitations',
      to: '/users/invitations',
      permit: 'users.view',
      keywords: 'enrolment link sent opened expired resend reminder',
    },
    {
      label: 'Users without a device',
      to: '/users?filter=not_enrolled',
      permit: 'users.view',
      keywords: 'missing not enrolled',
    },
    {
      label: 'Locked users',
      to: '/users?filter=locked',
      permit: 'users.view',
      keywords: 'unlock lockout',
    },
    {
      label: 'Users in bypass',
      to: '/users?filter=bypass',
      permit: 'users.view',
      keywords: 'without second factor',
    },
    {
      label: 'Trash',
      to: '/users?filter=trash',
      permit: 'users.view',
      keywords: 'deleted restore',
    },
  ],
  search: {
    heading: 'Users',
    permit: 'users.view',
    path: 'users',
    toResult: ({ user_id, username, realname }) => ({
      label: String(username),
      detail: String(realname),
      to: `/users/${user_id}`,
    }),
  },
}
