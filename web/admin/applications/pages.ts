import { IconApps } from '@tabler/icons-react'
import type { PageGroup } from '../page.ts'
import { applicationPolicyActs } from '../policies/pages.ts'

export const applicationPages: PageGroup = {
  nav: [
    {
      label: 'Applications',
      to: '/applications',
      icon: IconApps,
      section: 'applications',
      permit: 'applications.view',
    },
  ],
  routes: [
    {
      path: '/applications',
      permit: 'applications.view',
      page: async () => (await import('./applications_page.tsx')).ApplicationsPage,
    },
    {
      path: '/applications/protect',
      permit: 'applications.edit',
      page: async () => (await import('./catalogue_page.tsx')).CataloguePage,
    },
    {
      path: '/applications/protect/$product',
      permit: 'applications.edit',
      page: async () => (await import('./protect_page.tsx')).ProtectPage,
    },
    {
      path: '/applications/$id',
      permit: 'applications.view',
      page: async () => (await import('./application_page.tsx')).ApplicationPage,
      acts: [
        {
          path: 'edit',
          permit: 'applications.edit',
          page: async () => (await import('./edit_dialog.tsx')).EditDialog,
        },
        {
          path: 'remove',
          permit: 'applications.edit',
          page: async () => (await import('./remove_dialog.tsx')).RemoveDialog,
        },
        ...applicationPolicyActs,
      ],
    },
  ],
  commands: [
    {
      label: 'Protect an application',
      to: '/applications/protect',
      permit: 'applications.edit',
      keywords: 'new add create integration radius vpn workspaces catalogue',
    },
    {
      label: 'Protect Amazon WorkSpaces',
      to: '/applications/protect/amazon-workspaces',
      permit: 'applications.edit',
      keywords: 'aws directory radius',
    },
  ],
  search: {
    heading: 'Applications',
    permit: 'applications.view',
    path: 'applications',
    toResult: ({ integration_key, name, type }) => ({
      label: String(name),
      detail: String(type),
      to: `/applications/${integration_key}`,
    }),
  },
}
