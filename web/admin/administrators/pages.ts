import { IconUserShield } from '@tabler/icons-react'
import type { PageGroup } from '../page.ts'

export const administratorPages: PageGroup = {
  nav: [
    {
      label: 'Administrators',
      to: '/administrators',
      icon: IconUserShield,
      section: 'organisation',
      permit: 'administrators.view',
    },
  ],
  routes: [
    {
      path: '/administrators',
      permit: 'administrators.view',
      page: async () => (await import('./administrators_page.tsx')).AdministratorsPage,
      acts: [
        {
          path: 'invite',
          permit: 'administrators.edit',
          page: async () => (await import('./invite_dialog.tsx')).InviteDialog,
        },
      ],
    },
    {
      path: '/administrators/$id',
      permit: 'administrators.view',
      page: async () => (await import('./administrator_page.tsx')).AdministratorPage,
      acts: [
        {
          path: 'edit',
          permit: 'administrators.edit',
          page: async () => (await import('./edit_dialog.tsx')).EditDialog,
        },
        {
          path: 'reset',
          permit: 'administrators.edit',
          page: async () => (await import('./reset_dialog.tsx')).ResetDialog,
        },
        {
          path: 'disable',
          permit: 'administrators.edit',
          page: async () => (await import('./status_dialogs.tsx')).DisableDialog,
        },
        {
          path: 'enable',
          permit: 'administrators.edit',
          page: async () => (await import('./status_dialogs.tsx')).EnableDialog,
        },
        {
          path: 'delete',
          permit: 'administrators.edit',
          page: async () => (await import('./status_dialogs.tsx')).DeleteDialog,
        },
      ],
    },
    {
      path: '/roles',
      permit: 'administrators.view',
      page: async () => (await import('./roles_page.tsx')).RolesPage,
    },
    {
      path: '/roles/new',
      permit: 'administrators.edit',
      page: async () => (await import('./role_page.tsx')).RolePage,
    },
    {
      path: '/roles/$id',
      permit: 'administrators.view',
      page: async () => (await import('./role_page.tsx')).RolePage,
    },
  ],
  commands: [
    {
      label: 'Invite an administrator',
      to: '/administrators/invite',
      permit: 'administrators.edit',
      keywords: 'add new create admin owner',
    },
    {
      label: 'Roles and their permits',
      to: '/roles',
      permit: 'administrators.view',
      keywords: 'custom permission',
    },
    {
      label: 'New role',
      to: '/roles/new',
      permit: 'administrators.edit',
      keywords: 'add create custom permission',
    },
  ],
  search: {
    heading: 'Administrators',
    permit: 'administrators.view',
    path: 'administrators',
    toResult: ({ admin_id, name, email }) => ({
      label: String(name),
      detail: String(email),
      to: `/administrators/${admin_id}`,
    }),
  },
}
