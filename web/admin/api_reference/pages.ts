import { IconApi } from '@tabler/icons-react'
import type { PageGroup } from '../page.ts'

export const apiReferencePages: PageGroup = {
  nav: [{ label: 'Admin API', to: '/api-reference', icon: IconApi, section: 'organisation' }],
  routes: [
    {
      path: '/api-reference',
      page: async () => (await import('./api_reference_page.tsx')).ApiReferencePage,
    },
  ],
  commands: [
    {
      label: 'Read the reference of the Admin API',
      to: '/api-reference',
      keywords: 'openapi swagger script client',
    },
  ],
}
