import { allowedSkewMs } from '../../duo/index.ts'
import type { Finding } from './connectivity_event.ts'

const notableSkewMs = 60_000

/**
 * Compares the clock of this machine with that of the API, which refuses requests whose time differs
 * too much.
 */
export function findClockSkew(serverTime: number, now: number, host: string): Finding[] {
  const skewMs = Math.abs(serverTime - now)
  if (skewMs < notableSkewMs) return []
  const direction = serverTime > now ? 'behind' : 'ahead of'
  const limit = allowedSkewMs / 60_000
  return [
    {
      severity: skewMs >= allowedSkewMs ? 'error' : 'warn',
      message: `the clock of this machine is ${formatSpan(skewMs)} ${direction} that of ${host}; the API refuses a difference of more than ${limit} minutes`,
      remedy:
        "synchronise it by NTP: run 'timedatectl set-ntp true', then check 'timedatectl timesync-status' or 'chronyc tracking'",
    },
  ]
}

function formatSpan(spanMs: number): string {
  const secs = Math.round(spanMs / 1000)
  if (secs < 120) return `${secs} seconds`
  const minutes = Math.round(secs / 60)
  if (minutes < 120) return `${minutes} minutes`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`
}
