import { useCallback, useEffect, useState } from 'react'
import type { History, HistoryEvent } from '../../../src/push/app_message.ts'
import { clockTime, dayName } from '../../parts/date_text.ts'
import { signInWords } from '../../parts/sign_in_words.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { ScreenTitle } from '../parts/screen_title.tsx'
import type { Connected, PushApp } from '../push_app.ts'
import './history_screen.css'

interface HistoryParts {
  readonly app: PushApp
  readonly connected: Connected
}

export function HistoryScreen({ app, connected: { link } }: HistoryParts) {
  const [events, setEvents] = useState<readonly HistoryEvent[] | 'failed'>()
  const load = useCallback(() => {
    setEvents(undefined)
    link
      .ask<History>('GET', '/app/api/history')
      .then((history) => setEvents(history.events))
      .catch((error: unknown) => {
        app.failed(error)
        setEvents('failed')
      })
  }, [app, link])
  useEffect(load, [load])
  return (
    <>
      <ScreenTitle>History</ScreenTitle>
      {events === undefined && (
        <p className="card dim" role="status">
          Loading…
        </p>
      )}
      {events === 'failed' && (
        <div className="card stack">
          <p role="alert">Can’t load your history. Check your connection and try again.</p>
          <button type="button" className="button" onClick={load}>
            Try again
          </button>
        </div>
      )}
      {Array.isArray(events) && <Days events={events} />}
    </>
  )
}

function Days({ events }: { readonly events: readonly HistoryEvent[] }) {
  if (events.length === 0) {
    return <p className="card dim">No sign-ins yet. Sign-ins from the last 90 days appear here.</p>
  }
  const days = Map.groupBy(events, ({ time }) => dayName(time))
  return [...days].map(([day, ofDay]) => (
    <section key={day} className="day">
      <h2>{day}</h2>
      <ul className="card list-lined">
        {ofDay.map((event) => (
          <Event key={`${event.time} ${event.application} ${event.reason}`} event={event} />
        ))}
      </ul>
    </section>
  ))
}

const resultIcons: Readonly<Record<HistoryEvent['result'], IconName>> = {
  success: 'tick',
  denied: 'cross',
  fraud: 'flag',
}
const resultWords: Readonly<Record<HistoryEvent['result'], string>> = {
  success: 'Allowed',
  denied: 'Denied',
  fraud: 'Reported',
}

function Event({ event }: { readonly event: HistoryEvent }) {
  const { time, application, result, ipaddr, place, hostname } = event
  const from = [place, ipaddr, hostname].filter((part) => part !== '').join(' · ')
  return (
    <li className={`event event-${result}`}>
      <span className="event-icon">
        <Icon name={resultIcons[result]} />
      </span>
      <span className="event-words">
        <strong>{application}</strong>
        <span>
          <span className="unseen">{resultWords[result]}. </span>
          {signInWords(event)}
        </span>
        {from !== '' && <span className="dim">{from}</span>}
      </span>
      <time className="dim" dateTime={new Date(time).toISOString()}>
        {clockTime(time)}
      </time>
    </li>
  )
}
