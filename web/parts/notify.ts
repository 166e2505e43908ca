import { notifications } from '@mantine/notifications'

/** Shows a short notification. */
export function notify(message: string, tone: 'success' | 'danger' = 'success'): void {
  notifications.show({ message, color: tone, withCloseButton: false })
}
