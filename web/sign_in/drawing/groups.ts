import type { TraceEvent } from '../../../src/workspaces/web/page_api.ts'
import { toneOf } from './event_tone.ts'

/** State of a sign-in or a probe. */
export type GroupState = 'running' | 'accepted' | 'denied' | 'done'

/** The events of one sign-in; those without one are probes of the RADIUS settings. */
export interface Group {
  readonly key: string
  readonly title: string
  readonly events: readonly TraceEvent[]
  readonly startMs: number
  readonly endMs: number
  readonly state: GroupState
}

/** Events of one probe follow each other within this time. */
const probeGapMs = 15_000

/** Sorts events into sign-ins and probes, the newest first. */
export function groupEvents(events: readonly TraceEvent[]): readonly Group[] {
  const groups = new Map<string, TraceEvent[]>()
  let lastKey: string | undefined
  let probe: { readonly key: string; readonly lastMs: number } | undefined
  for (const event of events) {
    let key = event.loginId
    if (key === undefined && event.kind === 'probe') {
      const goesOn = probe !== undefined && event.atMs - probe.lastMs < probeGapMs
      key = goesOn && probe !== undefined ? probe.key : `probe-${event.seq}`
      probe = { key, lastMs: event.atMs }
    }
    // such as a late reply, which belongs to no known sign-in
    key ??= lastKey ?? `other-${event.seq}`
    lastKey = key
    const found = groups.get(key)
    if (found === undefined) groups.set(key, [event])
    else found.push(event)
  }
  return [...groups].map(([key, own]) => toGroup(key, own)).reverse()
}

function toGroup(key: string, unsorted: readonly TraceEvent[]): Group {
  // events of other programs are reported a moment after they happened
  const events = unsorted.toSorted((a, b) => a.atMs - b.atMs || a.seq - b.seq)
  return {
    key,
    title: titleOf(events),
    events,
    startMs: events[0]?.atMs ?? 0,
    endMs: events.at(-1)?.atMs ?? 0,
    state: stateOf(events),
  }
}

function titleOf(events: readonly TraceEvent[]): string {
  const user = events.find((event) => event.user !== undefined)?.user
  if (user !== undefined) return `Sign-in of ${user}`
  return events[0]?.loginId === undefined ? 'Probe of the RADIUS settings' : 'Sign-in'
}

function stateOf(events: readonly TraceEvent[]): GroupState {
  const [first] = events
  if (first?.loginId === undefined) return 'done'
  const end = events.findLast(({ kind, to }) => kind === 'sign-in' && to === 'client')
  if (end === undefined) return 'running'
  return toneOf(end) === 'success' ? 'accepted' : 'denied'
}
