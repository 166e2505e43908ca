export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof weekdays)[number]

/** The section `access_hours`: when sign-ins are allowed. */
export interface AccessHours {
  /** IANA time zone in which the hours are meant: `Europe/Berlin`. */
  readonly time_zone: string
  /** No entry allows any time. */
  readonly allowed: readonly AllowedHours[]
}

export interface AllowedHours {
  readonly days: readonly Weekday[]
  /** `HH:MM`, inclusive. */
  readonly from: string
  /** `HH:MM`, exclusive; before `from`, the hours end on the next day. */
  readonly to: string
}

const dayMinutes = 24 * 60

/**
 * Whether a time is within the allowed hours. Hours are wall-clock time of the zone, so that they
 * follow daylight saving time.
 *
 * @param now In milliseconds since 1970.
 */
export function isWithinHours({ time_zone, allowed }: AccessHours, now: number): boolean {
  if (allowed.length === 0) return true
  const { weekday, minute } = localTime(time_zone, now)
  const yesterday = weekdays.at(weekdays.indexOf(weekday) - 1)
  return allowed.some(({ days, from, to }) => {
    const [first, end] = [toMinute(from), toMinute(to)]
    if (first < end) return days.includes(weekday) && minute >= first && minute < end
    const beganToday = days.includes(weekday) && minute >= first
    const beganYesterday = yesterday !== undefined && days.includes(yesterday) && minute < end
    return beganToday || beganYesterday
  })
}

/** A time as an explanation shows it: `sat 14:05 Europe/Berlin`. */
export function describeLocalTime(timeZone: string, now: number): string {
  const { weekday, minute } = localTime(timeZone, now)
  const twoDigits = (value: number) => String(value).padStart(2, '0')
  return `${weekday} ${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)} ${timeZone}`
}

/** Whether a text is `HH:MM`, up to `24:00`. */
export function isClockTime(text: string): boolean {
  return /^\d\d:[0-5]\d$/.test(text) && toMinute(text) <= dayMinutes
}

export function isTimeZone(text: string): boolean {
  try {
    formatterFor(text)
    return true
  } catch {
    return false
  }
}

function localTime(
  timeZone: string,
  now: number,
): { readonly weekday: Weekday; readonly minute: number } {
  const parts = formatterFor(timeZone).formatToParts(now)
  const read = (type: string) => parts.find((part) => part.type === type)?.value ?? ''
  const name = read('weekday').toLowerCase()
  const weekday = weekdays.find((day) => day === name)
  if (weekday === undefined) throw new Error(`no weekday in ${timeZone}: '${name}'`)
  return { weekday, minute: Number(read('hour')) * 60 + Number(read('minute')) }
}

const formatters = new Map<string, Intl.DateTimeFormat>()

/** Cached, because building a formatter takes longer than using it. @throws {RangeError} */
function formatterFor(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone)
  if (known !== undefined) return known
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  // there are fewer than 600 zones; texts that are none throw above
  formatters.set(timeZone, formatter)
  return formatter
}

function toMinute(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
}
