import { IconSettings } from '@tabler/icons-react'
import type { PageGroup } from '../page.ts'
import { settingGroups } from './setting.ts'

const permit = 'settings.view'

export const settingsPages: PageGroup = {
  nav: [
    {
      label: 'Settings',
      to: '/settings/organisation',
      icon: IconSettings,
      section: 'organisation',
      permit,
    },
  ],
  routes: [
    {
      path: '/settings/$group',
      permit,
      page: async () => (await import('./settings_page.tsx')).SettingsPage,
    },
  ],
  commands: settingGroups.map(({ group, label, keywords }) => ({
    label: `Settings: ${label}`,
    to: `/settings/${group}`,
    permit,
    keywords,
  })),
}
