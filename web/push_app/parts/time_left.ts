const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' })
const secsOfMinute = 60
const justNowSecs = 5

/** `just now`, `20 seconds ago`. */
export function ago(moment: number, now: number): string {
  const secs = Math.max(0, Math.round((now - moment) / 1000))
  if (secs < justNowSecs) return 'just now'
  return secs < secsOfMinute
    ? relative.format(-secs, 'second')
    : relative.format(-Math.round(secs / secsOfMinute), 'minute')
}

/** `0:45`. */
export function countdown(leftMs: number): string {
  const secs = Math.max(0, Math.ceil(leftMs / 1000))
  return `${Math.floor(secs / secsOfMinute)}:${String(secs % secsOfMinute).padStart(2, '0')}`
}
