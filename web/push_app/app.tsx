import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from 'react'
import { Announcement } from './parts/announcement.tsx'
import { Frame } from './parts/frame.tsx'
import { Icon } from './parts/icon.tsx'
import type { Connected, PushApp } from './push_app.ts'
import { type Route, useRoute } from './route.ts'
import { HomeScreen } from './screens/home_screen.tsx'
import { RemovedScreen } from './screens/removed_screen.tsx'
import { RequestScreen } from './screens/request_screen.tsx'

// what a sign-in does not need comes after what it does; without a network, from the kept files
const ActivateScreen = lazy(async () => {
  return { default: (await import('./screens/activate_screen.tsx')).ActivateScreen }
})
const WelcomeScreen = lazy(async () => {
  return { default: (await import('./screens/welcome_screen.tsx')).WelcomeScreen }
})
const BrokenScreen = lazy(async () => {
  return { default: (await import('./screens/welcome_screen.tsx')).BrokenScreen }
})
const HistoryScreen = lazy(async () => {
  return { default: (await import('./screens/history_screen.tsx')).HistoryScreen }
})
const SettingsScreen = lazy(async () => {
  return { default: (await import('./screens/settings_screen.tsx')).SettingsScreen }
})

export function App({ app }: { readonly app: PushApp }) {
  return (
    <Suspense>
      <Current app={app} />
    </Suspense>
  )
}

function Current({ app }: { readonly app: PushApp }) {
  const state = useSyncExternalStore(app.subscribe, () => app.state)
  const route = useRoute()
  if (state.kind === 'starting') return null
  if (state.kind === 'broken') return <BrokenScreen />
  if (route.screen === 'activate') {
    const replaced = state.kind === 'connected' ? state.phone.username : undefined
    return <ActivateScreen key={route.code} app={app} code={route.code} replaced={replaced} />
  }
  if (state.kind === 'new') return <WelcomeScreen />
  if (state.kind === 'removed') return <RemovedScreen app={app} account={state.account} />
  return (
    <Frame connected={state} screen={route.screen}>
      <Waiting connected={state} shown={['home', 'request'].includes(route.screen)} />
      <Suspense>
        <Screen key={state.phone.device} app={app} connected={state} route={route} />
      </Suspense>
    </Frame>
  )
}

interface ScreenParts {
  readonly app: PushApp
  readonly connected: Connected
  readonly route: Route
}

function Screen({ app, connected, route }: ScreenParts) {
  switch (route.screen) {
    case 'request':
      return <RequestScreen key={route.txid} app={app} connected={connected} txid={route.txid} />
    case 'history':
      return <HistoryScreen app={app} connected={connected} />
    case 'settings':
      return <SettingsScreen app={app} connected={connected} />
    default:
      return <HomeScreen connected={connected} />
  }
}

interface WaitingParts {
  readonly connected: Connected
  /** Whether what is on the screen shows it anyway. */
  readonly shown: boolean
}

/** Says it when another sign-in begins to wait, wherever in the app one is. */
function Waiting({ connected: { requests }, shown }: WaitingParts) {
  const [said, setSaid] = useState('')
  const newest = requests?.at(-1)
  const txid = newest?.txid
  const application = newest?.application
  useEffect(() => {
    setSaid(txid === undefined ? '' : `A sign-in is waiting: ${application}`)
  }, [txid, application])
  return (
    <>
      <Announcement>{said}</Announcement>
      {txid !== undefined && !shown && (
        <a className="note note-warning note-link" href={`#/request/${txid}`}>
          <Icon name="warning" />
          <span>A sign-in to {application} is waiting. Look at it</span>
          <Icon name="next" />
        </a>
      )}
    </>
  )
}
