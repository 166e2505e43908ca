import { ActionIcon } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import type { TraceEvent } from '../../../src/workspaces/web/page_api.ts'
import { kindNames, timeOfDay } from './event_text.ts'
import { isProbeReject } from './event_tone.ts'
import { nodeLabel, type ShownNode } from './node_names.ts'

/** All details of one packet; it contains no secrets. */
export function EventDetails({
  event,
  nodes,
  onClose,
}: {
  readonly event: TraceEvent
  readonly nodes: readonly ShownNode[]
  readonly onClose: () => void
}) {
  const rows = [
    ['Time', timeOfDay(event.atMs)],
    ['Channel', kindNames[event.kind]],
    ['From', nodeLabel(event.from, nodes)],
    ['To', nodeLabel(event.to, nodes)],
    ...(event.outcome === undefined
      ? []
      : [['Outcome', isProbeReject(event) ? 'as expected: its user is unknown' : event.outcome]]),
    ...event.detail
      .split(/[,;]\s+/)
      .filter((part) => part !== '')
      .map((part, index) => [index === 0 ? 'Details' : '', part]),
  ]
  return (
    <section className="details" aria-label={`Details of ${event.name}`} aria-live="polite">
      <div className="details-head">
        <b>{event.name}</b>
        <ActionIcon size="sm" color="gray" aria-label="Close the details" onClick={onClose}>
          <IconX size={16} aria-hidden />
        </ActionIcon>
      </div>
      <table>
        <tbody>
          {rows.map(([label, value]) => (
            <tr key={`${label} ${value}`}>
              <th scope="row">{label}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="dim">Passwords, passcodes and secrets are never recorded.</p>
    </section>
  )
}
