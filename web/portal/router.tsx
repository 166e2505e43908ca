import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
} from '@tanstack/react-router'
import { Frame } from '../parts/frame.tsx'
import { OrganisationProvider } from '../parts/organisation.tsx'
import { Failed } from '../parts/problem.tsx'
import { TestMode } from '../parts/test_mode.tsx'
import { EnrolPage } from './enrol/enrol_page.tsx'
import { InvitationPage } from './enrol/invitation_page.tsx'
import { Go } from './go.tsx'
import { DevicesPage } from './home/devices_page.tsx'
import { HistoryPage } from './home/history_page.tsx'
import { RecoveryPage } from './home/recovery_page.tsx'
import { useSession } from './session.ts'
import { Start } from './start.tsx'

const root = createRootRoute({ component: Pages, notFoundComponent: () => <Go to="/" /> })

/**
 * The pages. Their addresses, and the codes of invitations, are in the URL fragment, which is never sent
 * to a server.
 */
export const router = createRouter({
  history: createHashHistory(),
  routeTree: root.addChildren([
    createRoute({ getParentRoute: () => root, path: '/', component: Start }),
    createRoute({
      getParentRoute: () => root,
      path: '/enroll/$code',
      component: InvitationPage,
    }),
    createRoute({ getParentRoute: () => root, path: '/enroll', component: EnrolPage }),
    createRoute({ getParentRoute: () => root, path: '/devices', component: DevicesPage }),
    createRoute({ getParentRoute: () => root, path: '/recovery', component: RecoveryPage }),
    createRoute({ getParentRoute: () => root, path: '/history', component: HistoryPage }),
  ]),
  scrollRestoration: true,
  defaultErrorComponent: ({ reset }) => (
    <Frame>
      <Failed
        title="Something went wrong"
        message="This page can’t be displayed. Your changes so far are saved."
        retry={reset}
      />
    </Frame>
  ),
})

function Pages() {
  const session = useSession()
  return (
    <OrganisationProvider value={session.data?.organisation}>
      {session.data?.testMode === true && (
        <aside className="strip" aria-label="About this service">
          <TestMode>Messages, calls and mail are not sent.</TestMode>
        </aside>
      )}
      <Outlet />
    </OrganisationProvider>
  )
}

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
