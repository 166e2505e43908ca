import {
  type AnyRoute,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import { App } from './app.tsx'
import type { PageRoute } from './page.ts'
import { pageGroups } from './pages.ts'
import { PageError, PageMissing, PagePending } from './shell/page_states.tsx'
import { parseSearch, stringifySearch } from './url_search.ts'

const root = createRootRoute({ component: App, notFoundComponent: PageMissing })

export const router = createRouter({
  basepath: '/admin',
  routeTree: root.addChildren(
    pageGroups.flatMap(({ routes }) => routes.map((route) => addRoute(root, route))),
  ),
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPendingMs: 200,
  defaultPendingMinMs: 300,
  defaultPendingComponent: PagePending,
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: PageMissing,
  scrollRestoration: true,
})

function addRoute(parent: AnyRoute, { path, permit, page, acts = [] }: PageRoute): AnyRoute {
  const route = createRoute({
    getParentRoute: () => parent,
    path,
    component: lazyRouteComponent(async () => ({ Page: await page() }), 'Page'),
    staticData: { permit },
  })
  return acts.length === 0 ? route : route.addChildren(acts.map((act) => addRoute(route, act)))
}

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    /** What the role of the administrator must permit. */
    readonly permit?: string | undefined
  }
}
