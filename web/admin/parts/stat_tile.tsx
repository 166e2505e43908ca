import { Skeleton } from '@mantine/core'
import type { ReactNode } from 'react'
import { TextLink } from './links.tsx'

/** A number with its name; leads to the list that it counts. */
export function StatTile({
  label,
  value,
  to,
  detail,
  tone,
}: {
  readonly label: string
  /** `undefined` while it loads. */
  readonly value: number | string | undefined
  readonly to?: string
  readonly detail?: ReactNode
  readonly tone?: 'success' | 'danger' | 'warning'
}) {
  const shown = typeof value === 'number' ? value.toLocaleString() : value
  return (
    <div className="stat-tile" data-tone={tone}>
      <div className="stat-label">
        {to === undefined ? (
          label
        ) : (
          <TextLink to={to} className="stat-link">
            {label}
          </TextLink>
        )}
      </div>
      <div className="stat-value">{shown === undefined ? <Skeleton h={26} w={64} /> : shown}</div>
      {detail !== undefined && <div className="stat-detail">{detail}</div>}
    </div>
  )
}
