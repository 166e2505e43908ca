import { hostname } from 'node:os'
import type { AuthEvents } from './front/auth_events.ts'

/** Writes events as lines of JSON, with the name of this host. */
export function createAuthEvents(
  writeLine: ((line: string) => void) | undefined,
): AuthEvents | undefined {
  if (writeLine === undefined) return undefined
  const host = hostname()
  return { write: (event) => writeLine(JSON.stringify({ ...event, hostname: host })) }
}
