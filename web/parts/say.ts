import { notifications } from '@mantine/notifications'

/** Tells in passing what has been done, or why it was not. */
export function say(message: string, tone: 'success' | 'danger' = 'success'): void {
  notifications.show({ message, color: tone, withCloseButton: false })
}
