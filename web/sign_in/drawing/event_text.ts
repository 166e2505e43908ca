import type { TraceEvent } from '../../../src/workspaces/web/page_api.ts'
import { nameEvent } from './event_tone.ts'
import type { ShownNode } from './node_names.ts'

/** `Access-Request from Controller 1 to Proxy 127.0.0.1:1812, accepted` */
export function describeEvent(event: TraceEvent, nodes: readonly ShownNode[]): string {
  const outcome = event.outcome === undefined ? '' : `, ${event.outcome}`
  const nameOf = (id: string) => {
    const node = nodes.find((candidate) => candidate.id === id)
    return node === undefined ? id : `${node.name} ${node.address}`.trim()
  }
  return event.from === event.to || event.outcome === 'timeout'
    ? `${nameEvent(event)} at ${nameOf(event.to)}${outcome}`
    : `${nameEvent(event)} from ${nameOf(event.from)} to ${nameOf(event.to)}${outcome}`
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
