import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'

/** An error message inside a form or dialog. */
export function Problem({ children }: { readonly children: ReactNode }) {
  if (children === undefined || children === null || children === '') return null
  return (
    <Group role="alert" className="problem" gap={10} wrap="nowrap" align="flex-start">
      <IconAlertTriangle size={20} aria-hidden className="problem-icon" />
      <Text fz="sm" ta="start">
        {children}
      </Text>
    </Group>
  )
}

/** An error in place of a page, or part of a page, that failed to load. */
export function Failed({
  title,
  message,
  retry,
}: {
  readonly title: string
  readonly message: string
  readonly retry?: () => void
}) {
  return (
    <Paper role="alert">
      <Stack gap="sm" align="flex-start">
        <IconAlertTriangle size={28} aria-hidden className="problem-icon" />
        <Title order={2} fz="lg">
          {title}
        </Title>
        <Text c="dimmed">{message}</Text>
        {retry !== undefined && (
          <Button variant="light" onClick={retry}>
            Try again
          </Button>
        )}
      </Stack>
    </Paper>
  )
}
