const dayMs = 24 * 60 * 60_000
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' })
const dayNames = new Intl.DateTimeFormat(undefined, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
})
const clockTimes = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })

/** `today`, `3 days ago`. */
export function daysAgo(moment: number): string {
  return relative.format(-daysBetween(moment, Date.now()), 'day')
}

/** `Today`, `Yesterday`, `Tuesday, 24 November`. */
export function dayName(moment: number): string {
  const ago = daysBetween(moment, Date.now())
  const text = ago < 2 ? relative.format(-ago, 'day') : dayNames.format(moment)
  return text.charAt(0).toUpperCase() + text.slice(1)
}

export function clockTime(moment: number): string {
  return clockTimes.format(moment)
}

function daysBetween(one: number, other: number): number {
  const midnight = (moment: number): number => new Date(moment).setHours(0, 0, 0, 0)
  return Math.round((midnight(other) - midnight(one)) / dayMs)
}
