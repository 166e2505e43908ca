import { Paper, Text, Title } from '@mantine/core'
import { type ReactNode, useId } from 'react'

/** A titled card of a page. */
export function Section({
  title,
  description,
  actions,
  danger = false,
  children,
}: {
  readonly title: string
  readonly description?: ReactNode
  readonly actions?: ReactNode
  /** For what can't be undone; at the end of a page. */
  readonly danger?: boolean
  readonly children?: ReactNode
}) {
  const id = useId()
  return (
    <Paper
      component="section"
      p={0}
      aria-labelledby={id}
      className={danger ? 'section danger-zone' : 'section'}
    >
      <div className="section-head">
        <div>
          <Title order={2} id={id} className="section-title">
            {title}
          </Title>
          {description !== undefined && (
            <Text fz="sm" c="dimmed" mt={2}>
              {description}
            </Text>
          )}
        </div>
        {actions !== undefined && <div className="section-actions">{actions}</div>}
      </div>
      {children !== undefined && <div className="section-body">{children}</div>}
    </Paper>
  )
}
