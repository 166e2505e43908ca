import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '../palette.css'
import './parts.css'
import { MantineProvider, type MantineThemeOverride } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { cssVariables, theme } from '../theme.ts'

/** Renders a Mantine app. */
export function render(
  app: ReactNode,
  client: QueryClient,
  look: MantineThemeOverride = theme,
): void {
  const root = document.getElementById('root')
  if (root === null) return
  // browsers hide the nonce attribute, so the page also has it in a meta element
  const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
  // the scroll lock of dialogs inserts a style element with the nonce of this global
  Object.assign(globalThis, { __webpack_nonce__: nonce })
  createRoot(root).render(
    <MantineProvider
      theme={look}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <Notifications position="bottom-center" autoClose={4000} />
      <QueryClientProvider client={client}>{app}</QueryClientProvider>
    </MantineProvider>,
  )
}
