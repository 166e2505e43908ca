import { Text, Title } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import { TextLink } from './links.tsx'

let first = true

/** The heading of a page. Sets the window title, and takes the focus after navigation. */
export function PageHeader({
  title,
  description,
  back,
  badge,
  actions,
}: {
  readonly title: string
  readonly description?: ReactNode
  /** The page that contains this one. */
  readonly back?: { readonly to: string; readonly label: string }
  readonly badge?: ReactNode
  /** Buttons at the right; below the heading on a phone. */
  readonly actions?: ReactNode
}) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · Countersign`
  }, [title])
  useEffect(() => {
    // at the first page the focus belongs to the browser
    if (!first) heading.current?.focus({ preventScroll: true })
    first = false
  }, [])
  return (
    <div className="page-header">
      {back !== undefined && (
        <nav aria-label="Breadcrumb" className="page-back">
          <TextLink to={back.to}>{back.label}</TextLink>
        </nav>
      )}
      <div className="page-heading">
        <div className="page-heading-text">
          <div className="page-title-row">
            <Title ref={heading} order={1} tabIndex={-1} className="page-title break">
              {title}
            </Title>
            {badge}
          </div>
          {description !== undefined && (
            <Text c="dimmed" fz="sm" className="page-description">
              {description}
            </Text>
          )}
        </div>
        {actions !== undefined && <div className="page-actions">{actions}</div>}
      </div>
    </div>
  )
}
