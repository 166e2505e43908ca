import { IconChevronRight } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import type { ShownDirectory } from '../../../src/workspaces/web/page_api.ts'
import { EventDetails } from './event_details.tsx'
import { EventList } from './event_list.tsx'
import { timeOfDay } from './event_text.ts'
import type { Group, GroupState } from './groups.ts'
import { nodesOf } from './node_names.ts'
import { Sequence } from './sequence.tsx'
import { formatDuration } from './sequence_layout.ts'

/** How the packets are shown. */
export type View = 'drawing' | 'list'

const states: Readonly<Record<GroupState, string>> = {
  running: 'In progress',
  accepted: 'Signed in',
  denied: 'Denied',
  done: 'Done',
}

/** One sign-in or probe: a line that opens to its packets. */
export function GroupCard({
  group,
  directory,
  view,
  isNewest,
}: {
  readonly group: Group
  readonly directory: ShownDirectory | undefined
  readonly view: View
  readonly isNewest: boolean
}) {
  const [isToggled, setToggled] = useState<boolean>()
  const [selected, setSelected] = useState<number>()
  const isOpen = isToggled ?? isNewest
  const nodes = nodesOf(group.events, directory)
  const event = group.events.find(({ seq }) => seq === selected)
  return (
    <li className="group" data-state={group.state}>
      <h3>
        <button
          type="button"
          className="group-head"
          aria-expanded={isOpen}
          onClick={() => setToggled(!isOpen)}
        >
          <IconChevronRight size={18} aria-hidden className="group-chevron" />
          <span className="group-title">{group.title}</span>
          <span className="state" data-state={group.state}>
            {states[group.state]}
          </span>
          <span className="group-facts">
            {timeOfDay(group.startMs).slice(0, 8)} · {group.events.length}{' '}
            {group.events.length === 1 ? 'step' : 'steps'} · <Duration group={group} />
          </span>
        </button>
      </h3>
      {isOpen && (
        <div className="group-body">
          {view === 'list' ? (
            <EventList events={group.events} nodes={nodes} />
          ) : (
            <Sequence
              title={group.title}
              events={group.events}
              nodes={nodes}
              isRunning={group.state === 'running'}
              selected={selected}
              onSelect={(seq) => setSelected(seq === selected ? undefined : seq)}
            />
          )}
          {view === 'drawing' && event !== undefined && (
            <EventDetails event={event} nodes={nodes} onClose={() => setSelected(undefined)} />
          )}
        </div>
      )}
    </li>
  )
}

/** How long it took, or has taken until now. */
function Duration({ group: { state, startMs, endMs } }: { readonly group: Group }) {
  const [now, setNow] = useState(endMs)
  const isRunning = state === 'running'
  useEffect(() => {
    if (!isRunning) return
    const tick = setInterval(() => setNow(Date.now()), 250)
    return () => clearInterval(tick)
  }, [isRunning])
  return <>{formatDuration(Math.max(endMs, isRunning ? now : endMs) - startMs)}</>
}
