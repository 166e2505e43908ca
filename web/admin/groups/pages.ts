import { IconUsersGroup } from '@tabler/icons-react'
import type { PageGroup } from '../page.ts'

const view = 'users.view'
const edit = 'groups.edit'

export const groupPages: PageGroup = {
  nav: [{ label: 'Groups', to: '/groups', icon: IconUsersGroup, section: 'people', permit: view }],
  routes: [
    {
      path: '/groups',
      permit: view,
      page: async () => (await import('./groups_page.tsx')).GroupsPage,
      acts: [
        {
          path: 'add',
          permit: edit,
          page: async () => (await import('./add_dialog.tsx')).AddDialog,
        },
      ],
    },
    {
      path: '/groups/$id',
      permit: view,
      page: async () => (await import('./group_page.tsx')).GroupPage,
      acts: [
        {
          path: 'edit',
          permit: edit,
          page: async () => (await import('./edit_dialog.tsx')).EditDialog,
        },
        {
          path: 'status',
          permit: edit,
          page: async () => (await import('./status_dialog.tsx')).StatusDialog,
        },
        {
          path: 'delete',
          permit: edit,
          page: async () => (await import('./delete_dialog.tsx')).DeleteDialog,
        },
        {
          path: 'add-member',
          permit: edit,
          page: async () => (await import('./member_dialogs.tsx')).AddMemberDialog,
        },
        {
          path: 'remove-member/$user',
          permit: edit,
          page: async () => (await import('./member_dialogs.tsx')).RemoveMemberDialog,
        },
      ],
    },
  ],
  commands: [
    {
      label: 'Create a group',
      to: '/groups/add',
      permit: edit,
      keywords: 'new add',
    },
  ],
  search: {
    heading: 'Groups',
    permit: view,
    path: 'groups',
    toResult: ({ group_id, name, description }) => ({
      label: String(name),
      detail: String(description),
      to: `/groups/${group_id}`,
    }),
  },
}
