import { Group, Paper, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { clockTime, dayName } from '../../parts/date_text.ts'

export function EntryCard({
  icon,
  what,
  to,
  at,
  children,
}: {
  readonly icon: ReactNode
  readonly what: string
  readonly to: string
  readonly at: number
  readonly children: ReactNode
}) {
  return (
    <Paper component="article" aria-label={`${what} ${to}`}>
      <Stack gap="sm">
        <Group gap="sm" wrap="nowrap" align="center">
          <span className="entry-icon">{icon}</span>
          <div className="entry-head">
            <Group justify="space-between" gap="sm">
              <Text fz="sm" c="dimmed" lh={1.3}>
                {what}
              </Text>
              <Text fz="sm" c="dimmed" lh={1.3}>
                <time dateTime={new Date(at).toISOString()}>
                  {dayName(at)}, {clockTime(at)}
                </time>
              </Text>
            </Group>
            <Text fw={600} className="break" lh={1.3}>
              {to}
            </Text>
          </div>
        </Group>
        {children}
      </Stack>
    </Paper>
  )
}
