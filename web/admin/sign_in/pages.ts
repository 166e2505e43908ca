import type { PageGroup } from '../page.ts'

export const signInPages: PageGroup = {
  routes: [
    { path: '/activate', page: async () => (await import('./activate_page.tsx')).ActivatePage },
  ],
}
