import { IconDeviceMobile } from '@tabler/icons-react'
import type { PageGroup } from '../page.ts'

const view = 'users.view'
const edit = 'devices.edit'

export const phonePages: PageGroup = {
  nav: [
    {
      label: '2FA devices',
      to: '/phones',
      icon: IconDeviceMobile,
      section: 'people',
      permit: view,
    },
  ],
  routes: [
    {
      path: '/phones',
      permit: view,
      page: async () => (await import('./phones_page.tsx')).PhonesPage,
      acts: [
        {
          path: 'add',
          permit: edit,
          page: async () => (await import('./add_dialog.tsx')).AddDialog,
        },
      ],
    },
    {
      path: '/phones/$id',
      permit: view,
      page: async () => (await import('./phone_page.tsx')).PhonePage,
      acts: [
        {
          path: 'edit',
          permit: edit,
          page: async () => (await import('./edit_dialog.tsx')).EditDialog,
        },
        {
          path: 'attach',
          permit: edit,
          page: async () => (await import('./attach_dialog.tsx')).AttachDialog,
        },
        {
          path: 'activate',
          permit: edit,
          page: async () => (await import('./dialogs.tsx')).ActivateDialog,
        },
        {
          path: 'detach',
          permit: edit,
          page: async () => (await import('./dialogs.tsx')).DetachDialog,
        },
        {
          path: 'remove',
          permit: edit,
          page: async () => (await import('./dialogs.tsx')).RemoveDialog,
        },
      ],
    },
  ],
  commands: [
    {
      label: 'Add a phone',
      to: '/phones/add',
      permit: edit,
      keywords: 'new device mobile tablet',
    },
    {
      label: 'Phones without the app',
      to: '/phones?activated=false',
      permit: view,
      keywords: 'device not connected activated push',
    },
    {
      label: 'Phones without a user',
      to: '/phones?unassigned=true',
      permit: view,
      keywords: 'device unassigned unattached',
    },
  ],
  search: {
    heading: '2FA devices',
    permit: view,
    path: 'phones',
    toResult: ({ phone_id, number, name, user }) => ({
      label: [name, number].filter((text) => text !== '').join(' · ') || 'Phone without a number',
      detail: String(Object(user).username ?? ''),
      to: `/phones/${phone_id}`,
    }),
  },
}
