import { IconServer } from '@tabler/icons-react'
import type { PageGroup } from '../page.ts'

export const proxyPages: PageGroup = {
  nav: [
    {
      label: 'Proxies',
      to: '/proxies',
      icon: IconServer,
      section: 'applications',
      permit: 'applications.view',
    },
  ],
  routes: [
    {
      path: '/proxies',
      permit: 'applications.view',
      page: async () => (await import('./proxies_page.tsx')).ProxiesPage,
    },
    {
      path: '/proxies/$id',
      permit: 'applications.view',
      page: async () => (await import('./proxy_page.tsx')).ProxyPage,
      acts: [
        {
          path: 'forget',
          permit: 'applications.edit',
          page: async () => (await import('./forget_dialog.tsx')).ForgetDialog,
        },
      ],
    },
  ],
  commands: [
    {
      label: 'Lost authentication proxies',
      to: '/proxies?state=lost',
      permit: 'applications.view',
      keywords: 'disconnected down radius',
    },
  ],
  search: {
    heading: 'Authentication proxies',
    permit: 'applications.view',
    path: 'proxies',
    toResult: ({ proxy_id, host, address }) => ({
      label: String(host),
      detail: String(address),
      to: `/proxies/${proxy_id}`,
    }),
  },
}
