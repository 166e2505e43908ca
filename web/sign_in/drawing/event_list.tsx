import type { TraceEvent } from '../../../src/workspaces/web/page_api.ts'
import { describeEvent } from './event_text.ts'
import { toneOf } from './event_tone.ts'
import type { ShownNode } from './node_names.ts'
import { formatDuration } from './sequence_layout.ts'

/** The packets of a group as text, for screen readers and for copying. */
export function EventList({
  events,
  nodes,
}: {
  readonly events: readonly TraceEvent[]
  readonly nodes: readonly ShownNode[]
}) {
  const startMs = events[0]?.atMs ?? 0
  return (
    <ol className="event-list">
      {events.map((event) => (
        <li key={event.seq} data-tone={toneOf(event)}>
          <span className="event-time">{formatDuration(event.atMs - startMs)}</span>
          <span className="event-text">
            {describeEvent(event, nodes)}
            {event.detail !== '' && <small>{event.detail}</small>}
          </span>
        </li>
      ))}
    </ol>
  )
}
