import { useEffect, useState } from 'react'
import { useDirectOpening } from '../parts/direct_opening.ts'
import { PlainFrame } from '../parts/frame.tsx'
import { ScreenTitle } from '../parts/screen_title.tsx'
import { WaitingBanner } from '../parts/waiting_banner.tsx'
import type { Connected, PushApp } from '../push_app.ts'
import { goInPlace } from '../route.ts'
import { notificationState, subscribe } from '../service/notifications.ts'

interface NotificationParts {
  readonly app: PushApp
  readonly connected: Connected
}

/** Asks for notifications right after the phone is connected; without them, users miss sign-ins. */
export function FirstNotificationsScreen({ app, connected }: NotificationParts) {
  const { link, phone, description, requests } = connected
  // users who sign in at once must not look for the request behind this screen
  useDirectOpening(requests)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const { vapidPublicKey = null, notified = false } = description ?? {}
  const state = description === undefined ? undefined : notificationState(vapidPublicKey, notified)
  const asks = state === 'off' || state === 'blocked'
  useEffect(() => {
    if (state !== undefined && !asks) goInPlace('#/')
  }, [state, asks])
  const turnOn = async (): Promise<void> => {
    if (vapidPublicKey === null) return
    setBusy(true)
    setProblem('')
    try {
      app.notified(await subscribe(link, vapidPublicKey))
    } catch (error) {
      app.failed(error)
      setProblem(
        'Can’t turn on notifications: the push service did not respond. Try again, or later under Settings.',
      )
    }
    setBusy(false)
  }
  if (!asks) {
    return (
      <PlainFrame>
        <ScreenTitle>Phone connected</ScreenTitle>
        <p className="lead" role="status">
          One moment…
        </p>
        <a className="button" href="#/">
          Continue
        </a>
      </PlainFrame>
    )
  }
  return (
    <PlainFrame>
      <WaitingBanner connected={connected} shown={false} />
      <ScreenTitle key={state}>
        {state === 'off' ? 'Turn on notifications' : 'Notifications are blocked'}
      </ScreenTitle>
      <p className="lead">
        {state === 'off'
          ? `This phone then notifies you when someone signs in as ${phone.username}, even while the app is closed.`
          : 'Sign-in requests appear only while this app is open. To change that, tap the icon to the left of the address, allow notifications for this site, and reload the page.'}
      </p>
      {state === 'off' && (
        <button
          type="button"
          className="button button-primary"
          disabled={busy}
          onClick={() => {
            turnOn().catch(() => {})
          }}
        >
          {busy ? 'Turning on…' : 'Turn on'}
        </button>
      )}
      <p className="wrong" role="alert">
        {problem}
      </p>
      <a className={state === 'off' ? 'button button-quiet' : 'button button-primary'} href="#/">
        {state === 'off' ? 'Not now' : 'Continue'}
      </a>
    </PlainFrame>
  )
}
