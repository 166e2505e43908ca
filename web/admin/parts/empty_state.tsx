import { Text, Title } from '@mantine/core'
import type { ComponentType, ReactNode } from 'react'

/** In place of a list or page without content: what belongs here, and what to do next. */
export function EmptyState({
  icon: Icon,
  title,
  action,
  children,
}: {
  readonly icon: ComponentType<{ readonly size?: number; readonly stroke?: number }>
  readonly title: string
  readonly action?: ReactNode
  readonly children?: ReactNode
}) {
  return (
    <div className="empty-state">
      <span className="empty-icon" aria-hidden>
        <Icon size={26} stroke={1.6} />
      </span>
      <Title order={2} fz="md" fw={600}>
        {title}
      </Title>
      {children !== undefined && (
        <Text fz="sm" c="dimmed" maw={460}>
          {children}
        </Text>
      )}
      {action}
    </div>
  )
}
