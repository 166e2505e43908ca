import { IconKey } from '@tabler/icons-react'
import type { PageGroup } from '../page.ts'

const view = 'users.view'
const edit = 'devices.edit'

export const tokenPages: PageGroup = {
  nav: [
    { label: 'Hardware tokens', to: '/tokens', icon: IconKey, section: 'people', permit: view },
  ],
  routes: [
    {
      path: '/tokens',
      permit: view,
      page: async () => (await import('./tokens_page.tsx')).TokensPage,
      acts: [
        {
          path: 'add',
          permit: edit,
          page: async () => (await import('./add_dialog.tsx')).AddDialog,
        },
      ],
    },
    {
      path: '/tokens/import',
      permit: 'tokens.import',
      page: async () => (await import('./import_page.tsx')).ImportPage,
    },
    {
      path: '/tokens/$id',
      permit: view,
      page: async () => (await import('./token_page.tsx')).TokenPage,
      acts: [
        {
          path: 'assign',
          permit: edit,
          page: async () => (await import('./assign_dialog.tsx')).AssignDialog,
        },
        {
          path: 'unassign',
          permit: edit,
          page: async () => (await import('./removal_dialogs.tsx')).UnassignDialog,
        },
        {
          path: 'resync',
          permit: edit,
          page: async () => (await import('./resync_dialog.tsx')).ResyncDialog,
        },
        {
          path: 'delete',
          permit: edit,
          page: async () => (await import('./removal_dialogs.tsx')).DeleteDialog,
        },
      ],
    },
  ],
  commands: [
    {
      label: 'Import hardware tokens',
      to: '/tokens/import',
      permit: 'tokens.import',
      keywords: 'csv pskc yubikey file upload',
    },
    {
      label: 'Add a hardware token',
      to: '/tokens/add',
      permit: edit,
      keywords: 'new hotp totp',
    },
    {
      label: 'Tokens without a user',
      to: '/tokens?unassigned=true',
      permit: view,
      keywords: 'free spare unassigned hardware',
    },
  ],
  search: {
    heading: 'Hardware tokens',
    permit: view,
    path: 'tokens',
    toResult: ({ token_id, serial, user }) => ({
      label: String(serial),
      detail: String(Object(user).username ?? ''),
      to: `/tokens/${token_id}`,
    }),
  },
}
