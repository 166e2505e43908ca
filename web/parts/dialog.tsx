import { CloseButton, Group, Modal, Title } from '@mantine/core'
import type { ReactNode } from 'react'

export function Dialog({
  opened,
  onClose,
  title,
  size = 440,
  fullScreen = false,
  isOnTop = false,
  children,
}: {
  readonly opened: boolean
  readonly onClose: () => void
  readonly title: string
  readonly size?: number
  readonly fullScreen?: boolean
  /** Above other dialogs. */
  readonly isOnTop?: boolean
  readonly children: ReactNode
}) {
  return (
    <Modal.Root
      opened={opened}
      onClose={onClose}
      size={size}
      fullScreen={fullScreen}
      zIndex={isOnTop ? 300 : 200}
      centered
    >
      <Modal.Overlay />
      <Modal.Content p={0} radius={fullScreen ? 0 : 'lg'} aria-label={title}>
        <Modal.Body p="lg">
          <Group justify="space-between" align="flex-start" wrap="nowrap" mb="md" gap="sm">
            <Title order={2} fz="lg" className="break">
              {title}
            </Title>
            <CloseButton aria-label="Close" onClick={onClose} mt={-4} mr={-6} />
          </Group>
          {children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
