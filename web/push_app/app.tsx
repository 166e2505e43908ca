import { lazy, Suspense, useSyncExternalStore } from 'react'
import { Frame } from './parts/frame.tsx'
import { WaitingBanner } from './parts/waiting_banner.tsx'
import type { Connected, PushApp } from './push_app.ts'
import { type Route, useRoute } from './route.ts'
import { HomeScreen } from './screens/home_screen.tsx'
import { RequestScreen } from './screens/request_screen.tsx'

// loaded lazily, so that a sign-in request appears sooner; the service worker serves these files offline
const ActivateScreen = lazy(async () => {
  return { default: (await import('./screens/activate_screen.tsx')).ActivateScreen }
})
const FirstNotificationsScreen = lazy(async () => {
  const screen = await import('./screens/first_notifications_screen.tsx')
  return { default: screen.FirstNotificationsScreen }
})
const RemovedScreen = lazy(async () => {
  return { default: (await import('./screens/removed_screen.tsx')).RemovedScreen }
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
  if (route.screen === 'notifications') {
    return <FirstNotificationsScreen app={app} connected={state} />
  }
  return (
    <Frame connected={state} screen={route.screen}>
      <WaitingBanner connected={state} shown={['home', 'request'].includes(route.screen)} />
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
