import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { render } from '../parts/render.tsx'
import './portal.css'
import { PortalError } from './api.ts'
import { router } from './router.tsx'

/** An expired session affects all pages at once. */
const sessionOver = (error: unknown): void => {
  if (!(error instanceof PortalError) || error.code !== 'no_session') return
  client.invalidateQueries({ queryKey: ['session'] }).catch(() => {})
}
const client = new QueryClient({
  queryCache: new QueryCache({ onError: sessionOver }),
  mutationCache: new MutationCache({ onError: sessionOver }),
  defaultOptions: {
    // fail at once when offline; otherwise a button would wait silently for a network
    mutations: { networkMode: 'always' },
    queries: {
      networkMode: 'always',
      retry: (count, error) => count < 2 && !(error instanceof PortalError),
      refetchOnWindowFocus: true,
    },
  },
})

render(<RouterProvider router={router} />, client)
