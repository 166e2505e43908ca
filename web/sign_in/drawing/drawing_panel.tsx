import { Button, SegmentedControl } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import type { ShownDirectory } from '../../../src/workspaces/web/page_api.ts'
import { GroupCard, type View } from './group_card.tsx'
import { groupEvents } from './groups.ts'
import { type TraceFeed, useFeed } from './trace_feed.ts'

/** How many sign-ins are shown; older ones are in the trace. */
const maxGroups = 30

/** What happens behind the client: every packet between the nodes, as it is sent. */
export function DrawingPanel({
  feed,
  directory,
}: {
  readonly feed: TraceFeed
  readonly directory: ShownDirectory | undefined
}) {
  const { events, isConnected, isPaused, held } = useFeed(feed)
  const [view, setView] = useState<View>('drawing')
  const groups = groupEvents(events).slice(0, maxGroups)
  return (
    <section className="behind" aria-labelledby="behind-title">
      <div className="behind-head">
        <div>
          <h2 id="behind-title">Behind the sign-in</h2>
          <p className="dim">Only you see this; the WorkSpaces client does not show it.</p>
        </div>
        <div className="behind-tools">
          <SegmentedControl
            size="xs"
            aria-label="Show as"
            value={view}
            onChange={(value) => setView(value === 'list' ? 'list' : 'drawing')}
            data={[
              { value: 'drawing', label: 'Drawing' },
              { value: 'list', label: 'List' },
            ]}
          />
          <Button
            size="xs"
            variant="default"
            leftSection={
              isPaused ? (
                <IconPlayerPlay size={15} aria-hidden />
              ) : (
                <IconPlayerPause size={15} aria-hidden />
              )
            }
            onClick={isPaused ? feed.resume : feed.pause}
          >
            {isPaused ? 'Resume' : 'Pause'}
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconTrash size={15} aria-hidden />}
            onClick={feed.clear}
            disabled={events.length === 0}
          >
            Clear
          </Button>
        </div>
      </div>
      <FeedNotice isConnected={isConnected} isPaused={isPaused} held={held} />
      {groups.length === 0 ? (
        <Empty />
      ) : (
        <ol className="groups">
          {groups.map((group, index) => (
            <GroupCard
              key={group.key}
              group={group}
              directory={directory}
              view={view}
              isNewest={index === 0}
            />
          ))}
        </ol>
      )}
      <Legend />
    </section>
  )
}

function FeedNotice({
  isConnected,
  isPaused,
  held,
}: {
  readonly isConnected: boolean
  readonly isPaused: boolean
  readonly held: number
}) {
  if (!isConnected) {
    return (
      <p role="status" className="notice" data-tone="warning">
        The directory does not answer. Start it again; this page reconnects by itself.
      </p>
    )
  }
  if (!isPaused) return null
  return (
    <p role="status" className="notice">
      Paused{held > 0 && `: ${held} ${held === 1 ? 'step has' : 'steps have'} happened since`}.
    </p>
  )
}

function Empty() {
  return (
    <div className="behind-empty">
      <p>
        <b>No packets yet.</b>
      </p>
      <p className="dim">
        Sign in, and each packet between client, controllers, proxies, MFA service and phone appears
        here, with its time and how it ended.
      </p>
    </div>
  )
}

function Legend() {
  return (
    <ul className="legend" aria-label="Meaning of colours and marks">
      <li data-tone="plain">sent</li>
      <li data-tone="success">✓ accepted, approved</li>
      <li data-tone="danger">✕ rejected, lost</li>
      <li data-tone="warning">↻ repeated, late</li>
    </ul>
  )
}
