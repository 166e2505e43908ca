import { useSyncExternalStore } from 'react'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' })
const days = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' })
const moments = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
})
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' })

let minutes = 0
const listeners = new Set<() => void>()
setInterval(() => {
  minutes++
  for (const changed of listeners) changed()
}, minuteMs)

/** Renders again every minute. */
function useEveryMinute(): void {
  useSyncExternalStore(
    (changed) => {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    () => minutes,
  )
}

/**
 * A time: `5 minutes ago`, `in 2 hours`, and beyond a week the date. The exact time is in the tooltip.
 *
 * @param at In milliseconds since 1970; `null` shows `none`.
 */
export function Moment({
  at,
  none = 'Never',
  withDate = false,
}: {
  readonly at: number | null | undefined
  readonly none?: string
  /** Date and time instead of the distance. */
  readonly withDate?: boolean
}) {
  useEveryMinute()
  if (at === null || at === undefined) return <span className="dim">{none}</span>
  return (
    <time dateTime={new Date(at).toISOString()} title={exact.format(at)} className="moment">
      {withDate ? moments.format(at) : toDistance(at, Date.now())}
    </time>
  )
}

/** `29 Nov 2026, 14:05` */
export function dateAndTime(at: number): string {
  return moments.format(at)
}

function toDistance(at: number, current: number): string {
  const distance = at - current
  const size = Math.abs(distance)
  if (size < minuteMs) return distance < 0 ? 'just now' : 'in a moment'
  if (size < hourMs) return relative.format(Math.round(distance / minuteMs), 'minute')
  if (size < dayMs) return relative.format(Math.round(distance / hourMs), 'hour')
  if (size < 7 * dayMs) return relative.format(Math.round(distance / dayMs), 'day')
  return days.format(at)
}
