import { Group, Text } from '@mantine/core'
import { IconFlask } from '@tabler/icons-react'
import type { ReactNode } from 'react'

/** Says that this service is tried out, and what that means here. */
export function TryingOut({ children }: { readonly children: ReactNode }) {
  return (
    <Group role="note" className="trying-out" gap={10} wrap="nowrap" align="flex-start">
      <IconFlask size={20} aria-hidden className="trying-out-icon" />
      <Text fz="sm">
        <b>This service is being tried out.</b> {children}
      </Text>
    </Group>
  )
}
