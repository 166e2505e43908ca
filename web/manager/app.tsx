import { Loader } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { errorMessage, hasProof, openSession } from './api.ts'
import { Gate } from './shell/gate.tsx'

const Workbench = lazy(async () => ({
  default: (await import('./shell/workbench.tsx')).Workbench,
}))

/** Opens the Manager with the link in the address, or shows how to get one. */
export function App() {
  const opened = useQuery({
    queryKey: ['open'],
    queryFn: open,
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (opened.isPending) return <Splash />
  if (opened.isError) {
    return <Gate title="This link does not open the Manager">{errorMessage(opened.error)}</Gate>
  }
  if (!opened.data) {
    return (
      <Gate title="Open the Manager with a link">
        Run <code>authproxy_manager</code> in a terminal, and open the link that it prints. If it
        runs already, press Enter there for a new link.
      </Gate>
    )
  }
  return (
    <Suspense fallback={<Splash />}>
      <Workbench />
    </Suspense>
  )
}

/** @returns Whether this tab has a session. */
async function open(): Promise<boolean> {
  const token = /^#link=([\w-]+)$/.exec(location.hash)?.[1]
  if (token === undefined) return hasProof()
  // it must not stay in the address bar and the history
  history.replaceState(null, '', '/')
  await openSession(token)
  return true
}

function Splash() {
  return (
    <main className="splash">
      <Loader role="status" aria-label="Loading" />
    </main>
  )
}
