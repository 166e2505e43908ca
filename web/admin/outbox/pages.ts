import { IconMailbox } from '@tabler/icons-react'
import type { PageGroup } from '../page.ts'

export const outboxPages: PageGroup = {
  nav: [
    {
      label: 'Outbox',
      to: '/outbox',
      icon: IconMailbox,
      section: 'test',
      permit: 'outbox.use',
      testMode: true,
    },
  ],
  routes: [
    {
      path: '/outbox',
      permit: 'outbox.use',
      page: async () => (await import('./outbox_page.tsx')).OutboxPage,
    },
  ],
}
