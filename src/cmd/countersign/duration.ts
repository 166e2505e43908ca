import { InvalidArgumentError } from 'commander'
import { systemClock } from '../../host/clock.ts'

const unitSecs: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
const moment = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/

/** The value of an option like `--valid-for`: `24h`, `3d`; 0 for no limit. @returns Seconds. */
export function readDuration(text: string): number {
  const secs = text === '0' ? 0 : durationSecs(text)
  if (secs !== undefined) return secs
  throw new InvalidArgumentError('expected a duration like 30m, 24h or 3d')
}

/**
 * The value of `--since`: a duration before now, or a time in ISO 8601, local if it has no zone.
 *
 * @returns Milliseconds since 1970.
 */
export function readSince(text: string): number {
  const secs = durationSecs(text)
  if (secs !== undefined) return systemClock.now() - secs * 1000
  // a date alone would be midnight in UTC
  const at = moment.test(text)
    ? Date.parse(text.length === 10 ? `${text}T00:00` : text)
    : Number.NaN
  if (!Number.isNaN(at)) return at
  throw new InvalidArgumentError(
    'expected a duration like 2h or 3d, or a time like 2026-11-28 or 2026-11-28T14:00Z',
  )
}

/** The value of an option that counts something. */
export function readCount(text: string): number {
  const count = Number(text)
  if (/^\d{1,9}$/.test(text) && count > 0) return count
  throw new InvalidArgumentError('expected an integer, at least 1')
}

function durationSecs(text: string): number | undefined {
  const [, count = '', unit = ''] = /^(\d{1,6})([smhdw])$/.exec(text) ?? []
  const secs = unitSecs[unit]
  return secs === undefined ? undefined : Number(count) * secs
}
