import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '../palette.css'
import '../parts/parts.css'
import './portal.css'
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { createRoot } from 'react-dom/client'
import { cssVariables, theme } from '../theme.ts'
import { PortalError } from './api.ts'
import { router } from './router.tsx'

const root = document.getElementById('root')
// hidden from style sheets, as the attribute is; a page has one for itself
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''

/** A session that is over is over for every page at once. */
const sessionOver = (error: unknown): void => {
  if (!(error instanceof PortalError) || error.code !== 'no_session') return
  client.invalidateQueries({ queryKey: ['session'] }).catch(() => {})
}
const client = new QueryClient({
  queryCache: new QueryCache({ onError: sessionOver }),
  mutationCache: new MutationCache({ onError: sessionOver }),
  defaultOptions: {
    queries: {
      retry: (count, error) => count < 2 && !(error instanceof PortalError),
      refetchOnWindowFocus: true,
    },
  },
})

if (root !== null) {
  createRoot(root).render(
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <Notifications position="bottom-center" autoClose={4000} />
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>,
  )
}
