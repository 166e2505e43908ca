import type { ReactNode } from 'react'

/** A state in a list: a coloured dot and a word, so that the colour is never the only sign. */
export function StatusBadge({
  tone,
  children,
}: {
  readonly tone: 'success' | 'danger' | 'warning' | 'primary' | 'neutral'
  readonly children: ReactNode
}) {
  return (
    <span className="status-badge" data-tone={tone}>
      {children}
    </span>
  )
}
