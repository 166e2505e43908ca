import { useState } from 'react'
import type { Connected, PushApp } from '../push_app.ts'
import {
  type NotificationState,
  notificationState,
  subscribe,
  unsubscribe,
} from '../service/notifications.ts'
import './notification_card.css'

const explained: Readonly<Record<NotificationState, string>> = {
  on: 'You’ll be notified of sign-in requests, even when the app is closed.',
  off: 'Sign-in requests appear only while the app is open.',
  blocked:
    'Notifications are blocked for this site. Allow them in your browser or phone settings, then come back.',
  home_screen:
    'On iPhone and iPad, notifications work only from the home screen: tap Share, then Add to Home Screen, and open Countersign from there.',
  missing:
    'This browser doesn’t support notifications. Sign-in requests appear while the app is open.',
  not_offered:
    'Notifications are turned off on the service. Sign-in requests appear while the app is open.',
}

interface NotificationParts {
  readonly app: PushApp
  readonly connected: Connected
}

export function NotificationCard({ app, connected: { link, description } }: NotificationParts) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  if (description === undefined) {
    return (
      <section className="card" aria-labelledby="notification-title">
        <h2 id="notification-title">Notifications</h2>
        <p className="dim">Available when the service can be reached.</p>
      </section>
    )
  }
  const { vapidPublicKey, notified } = description
  const state = notificationState(vapidPublicKey, notified)
  const change = async (): Promise<void> => {
    if (vapidPublicKey === null) return
    setBusy(true)
    setProblem('')
    try {
      if (state === 'on') {
        await unsubscribe(link)
        app.notified(false)
      } else app.notified(await subscribe(link, vapidPublicKey))
    } catch (error) {
      app.failed(error)
      setProblem('Can’t change notifications: the push service did not respond. Try again.')
    }
    setBusy(false)
  }
  const switchable = state === 'on' || state === 'off'
  return (
    <section className="card stack" aria-labelledby="notification-title">
      <div className="switch-line">
        <h2 id="notification-title">Notifications</h2>
        {switchable && (
          <button
            type="button"
            role="switch"
            className="switch"
            aria-checked={state === 'on'}
            aria-labelledby="notification-title"
            aria-describedby="notification-state"
            disabled={busy}
            onClick={() => {
              change().catch(() => {})
            }}
          >
            <span aria-hidden="true">{busy ? '…' : state === 'on' ? 'On' : 'Off'}</span>
          </button>
        )}
      </div>
      <p id="notification-state" className="dim">
        {explained[state]}
      </p>
      <p className="wrong" role="alert">
        {problem}
      </p>
    </section>
  )
}
