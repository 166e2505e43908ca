import type { Finding } from './connectivity_event.ts'

const dayMs = 24 * 60 * 60 * 1000
/** A certificate that expires within this many days is a warning. */
const soonDays = 30

/** When a certificate is valid, in milliseconds since 1970. */
export interface Validity {
  readonly from: number
  readonly to: number
}

/**
 * Says whether a certificate is expired, expires soon or is not yet valid.
 *
 * @param what Names the certificate: `the certificate of api.corp.test:443`.
 */
export function findCertificateDates(what: string, { from, to }: Validity, now: number): Finding[] {
  if (now < from) {
    return [
      {
        severity: 'error',
        message: `${what} is valid only from ${day(from)} on, in ${days(from - now)}`,
        remedy: `check the clock of this machine: it says ${new Date(now).toISOString()}`,
      },
    ]
  }
  if (now >= to) {
    return [
      {
        severity: 'error',
        message: `${what} expired on ${day(to)}, ${days(now - to)} ago`,
        remedy: 'renew it, and check the clock of this machine',
      },
    ]
  }
  if (to - now > soonDays * dayMs) return []
  return [
    {
      severity: 'warn',
      message: `${what} expires in ${days(to - now)}, on ${day(to)}`,
      remedy: 'renew it in time',
    },
  ]
}

export function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

function days(spanMs: number): string {
  const whole = Math.floor(spanMs / dayMs)
  if (whole === 0) return 'less than a day'
  return `${whole} day${whole === 1 ? '' : 's'}`
}
