import { IconLayoutDashboard } from '@tabler/icons-react'
import type { PageGroup } from '../page.ts'

export const dashboardPages: PageGroup = {
  nav: [{ label: 'Dashboard', to: '/', icon: IconLayoutDashboard, section: 'start' }],
  routes: [{ path: '/', page: async () => (await import('./dashboard_page.tsx')).DashboardPage }],
}
