import { IconTicket } from '@tabler/icons-react'
import type { PageGroup } from '../page.ts'

const view = 'users.view'
const edit = 'bypass_codes.edit'

export const bypassCodePages: PageGroup = {
  nav: [
    {
      label: 'Bypass codes',
      to: '/bypass-codes',
      icon: IconTicket,
      section: 'people',
      permit: view,
    },
  ],
  routes: [
    {
      path: '/bypass-codes',
      permit: view,
      page: async () => (await import('./bypass_codes_page.tsx')).BypassCodesPage,
      acts: [
        {
          path: 'create',
          permit: edit,
          page: async () => (await import('./create_dialog.tsx')).CreateDialog,
        },
        {
          path: 'of/$user',
          permit: view,
          page: async () => (await import('./holder_dialogs.tsx')).CodesDialog,
        },
        {
          path: 'end/$user',
          permit: edit,
          page: async () => (await import('./holder_dialogs.tsx')).EndDialog,
        },
      ],
    },
  ],
  commands: [
    {
      label: 'Create bypass codes',
      to: '/bypass-codes/create',
      permit: edit,
      keywords: 'new code without phone lost',
    },
  ],
}
