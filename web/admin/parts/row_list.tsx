import type { ReactNode } from 'react'

/** A short list in a section: each row with a title, details and its buttons. */
export function RowList({
  label,
  none,
  rows,
}: {
  readonly label: string
  /** Shown without rows. */
  readonly none: string
  readonly rows: readonly {
    readonly key: string
    readonly title: ReactNode
    readonly detail: ReactNode
    readonly actions?: ReactNode
    /** Before the title, such as the handle of an ordered list. */
    readonly lead?: ReactNode
  }[]
}) {
  if (rows.length === 0) return <p className="row-none">{none}</p>
  return (
    <ul className="row-list" aria-label={label}>
      {rows.map(({ key, title, detail, actions, lead }) => (
        <li key={key}>
          {lead}
          <div className="row-text break">
            <div className="row-title">{title}</div>
            <div className="row-detail">{detail}</div>
          </div>
          {actions !== undefined && <div className="row-actions">{actions}</div>}
        </li>
      ))}
    </ul>
  )
}
