import { Group, Text } from '@mantine/core'
import { IconFlask } from '@tabler/icons-react'
import type { ReactNode } from 'react'

/** A banner that shows that messages are not sent. */
export function TestMode({ children }: { readonly children: ReactNode }) {
  return (
    <Group role="note" className="test-mode" gap={10} wrap="nowrap" align="flex-start">
      <IconFlask size={20} aria-hidden className="test-mode-icon" />
      <Text fz="sm">
        <b>Test mode.</b> {children}
      </Text>
    </Group>
  )
}
