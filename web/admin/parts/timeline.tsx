import type { ComponentType, ReactNode } from 'react'
import { Moment } from './moment.tsx'

export interface TimelineEvent {
  readonly key: string
  /** In milliseconds since 1970. */
  readonly at: number
  readonly icon: ComponentType<{ readonly size?: number; readonly stroke?: number }>
  readonly title: ReactNode
  readonly detail?: ReactNode
  readonly tone?: 'success' | 'danger' | 'warning'
}

/** Events, the newest first. */
export function Timeline({
  label,
  events,
}: {
  readonly label: string
  readonly events: readonly TimelineEvent[]
}) {
  return (
    <ol className="timeline" aria-label={label}>
      {events.map(({ key, at, icon: Icon, title, detail, tone }) => (
        <li key={key}>
          <span className="timeline-icon" data-tone={tone} aria-hidden>
            <Icon size={16} stroke={1.8} />
          </span>
          <div className="timeline-body">
            <div className="timeline-head">
              <span className="break">{title}</span>
              <Moment at={at} />
            </div>
            {detail !== undefined && <div className="timeline-detail break">{detail}</div>}
          </div>
        </li>
      ))}
    </ol>
  )
}
