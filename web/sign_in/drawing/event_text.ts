import type { TraceEvent } from '../../../src/workspaces/web/page_api.ts'
import { isProbeReject, nameEvent } from './event_tone.ts'
import { nodeLabel, type ShownNode } from './node_names.ts'

/** `Access-Request from Controller 1 to Proxy 127.0.0.1:1812, accepted` */
export function describeEvent(event: TraceEvent, nodes: readonly ShownNode[]): string {
  const outcome = event.outcome === undefined || isProbeReject(event) ? '' : `, ${event.outcome}`
  return event.from === event.to || event.outcome === 'timeout'
    ? `${nameEvent(event)} at ${nodeLabel(event.to, nodes)}${outcome}`
    : `${nameEvent(event)} from ${nodeLabel(event.from, nodes)} to ${nodeLabel(event.to, nodes)}${outcome}`
}

export const kindNames: Readonly<Record<TraceEvent['kind'], string>> = {
  'sign-in': 'Client',
  primary: 'Password',
  radius: 'RADIUS',
  api: 'Auth API, HTTPS',
  push: 'Push to the phone',
  answer: "The user's answer",
  probe: 'Probe, RADIUS',
}

/** The time of day with milliseconds. */
export function timeOfDay(atMs: number): string {
  const date = new Date(atMs)
  const clock = date.toLocaleTimeString('en-GB')
  return `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`
}
