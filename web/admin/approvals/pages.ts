import { IconUserCheck } from '@tabler/icons-react'
import type { PageGroup } from '../page.ts'

export const approvalPages: PageGroup = {
  nav: [{ label: 'Approvals', to: '/approvals', icon: IconUserCheck, section: 'organisation' }],
  routes: [
    {
      path: '/approvals',
      page: async () => (await import('./approvals_page.tsx')).ApprovalsPage,
      acts: [
        {
          path: '$id/refuse',
          page: async () => (await import('./refuse_dialog.tsx')).RefuseDialog,
        },
      ],
    },
  ],
}
