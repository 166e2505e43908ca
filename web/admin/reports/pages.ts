import { IconReportAnalytics } from '@tabler/icons-react'
import type { PageGroup } from '../page.ts'

const permit = 'logs.view'

export const reportPages: PageGroup = {
  nav: [
    {
      label: 'Reports',
      to: '/reports/authentication',
      icon: IconReportAnalytics,
      section: 'activity',
      permit,
    },
  ],
  routes: [
    {
      path: '/reports/authentication',
      permit,
      page: async () => (await import('./sign_ins_page.tsx')).SignInsPage,
      acts: [
        {
          path: '$id',
          permit,
          page: async () => (await import('./sign_in_dialog.tsx')).SignInDialog,
        },
      ],
    },
    {
      path: '/reports/administrator',
      permit,
      page: async () => (await import('./changes_page.tsx')).ChangesPage,
      acts: [
        {
          path: '$id',
          permit,
          page: async () => (await import('./change_dialog.tsx')).ChangeDialog,
        },
      ],
    },
    {
      path: '/reports/telephony',
      permit,
      page: async () => (await import('./messages_page.tsx')).MessagesPage,
    },
  ],
  commands: [
    {
      label: 'Sign-ins',
      to: '/reports/authentication',
      permit,
      keywords: 'authentication log report denied',
    },
    {
      label: 'Denied sign-ins',
      to: '/reports/authentication?result=denied',
      permit,
      keywords: 'failed log',
    },
    {
      label: 'Reports of fraud',
      to: '/reports/authentication?result=fraud',
      permit,
      keywords: 'attack log',
    },
    {
      label: 'Actions of administrators',
      to: '/reports/administrator',
      permit,
      keywords: 'audit log changes history',
    },
    {
      label: 'Messages and calls',
      to: '/reports/telephony',
      permit,
      keywords: 'sms telephony log',
    },
  ],
}
