import { Outlet, useLocation } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { Frame } from '../parts/frame.tsx'
import { Failed } from '../parts/problem.tsx'
import { errorMessage } from './api.ts'
import { useSession } from './session.ts'
import { Shell } from './shell/shell.tsx'
import { Splash } from './shell/splash.tsx'

const SignIn = lazy(async () => ({ default: (await import('./sign_in/sign_in.tsx')).SignIn }))

/** Pages that a link opens for people who have no account yet. */
const publicPages: readonly string[] = ['/activate']

/**
 * Shows the sign-in in place of the page until an administrator is signed in; the address stays, so
 * the page they asked for follows.
 */
export function App() {
  const session = useSession()
  const { pathname } = useLocation()
  if (publicPages.includes(pathname)) return <Outlet />
  if (session.isPending) return <Splash />
  if (session.data === undefined) {
    return (
      <Frame>
        <Failed
          title="Can’t reach the service"
          message={errorMessage(session.error)}
          retry={() => session.refetch()}
        />
      </Frame>
    )
  }
  if (session.data.state === 'signed_in') return <Shell session={session.data} />
  return (
    <Suspense fallback={<Splash />}>
      <SignIn session={session.data} />
    </Suspense>
  )
}
