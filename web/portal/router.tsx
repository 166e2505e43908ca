import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
} from '@tanstack/react-router'
import { Frame } from '../parts/frame.tsx'
import { Failed } from '../parts/problem.tsx'
import { EnrolPage } from './enrol/enrol_page.tsx'
import { InvitationPage } from './enrol/invitation_page.tsx'
import { Go } from './go.tsx'
import { DevicesPage } from './home/devices_page.tsx'
import { HistoryPage } from './home/history_page.tsx'
import { RecoveryPage } from './home/recovery_page.tsx'
import { Start } from './start.tsx'

const root = createRootRoute({ notFoundComponent: () => <Go to="/" /> })

/**
 * The pages. Their addresses stand behind the `#`, as the codes of invitations do: nothing of them
 * is sent to anybody.
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
        title="Something went wrong here"
        message="The page could not be drawn. What you have done so far is kept."
        retry={reset}
      />
    </Frame>
  ),
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
