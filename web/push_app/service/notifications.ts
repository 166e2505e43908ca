import { needsHomeScreen } from '../phone/phone_name.ts'
import type { ServiceLink } from './service_link.ts'

/** Why notifications are as they are, and so what can be done about it. */
export type NotificationState = 'on' | 'off' | 'blocked' | 'home_screen' | 'missing' | 'not_offered'

/** A push service that can't be reached leaves the browser waiting without an end. */
const subscribingMs = 20_000

export function notificationState(
  vapidPublicKey: string | null,
  notified: boolean,
): NotificationState {
  if (vapidPublicKey === null) return 'not_offered'
  if (!('PushManager' in window) || !('Notification' in window)) {
    return needsHomeScreen() ? 'home_screen' : 'missing'
  }
  if (Notification.permission === 'denied') return 'blocked'
  return notified && Notification.permission === 'granted' ? 'on' : 'off'
}

/** @returns Whether this phone is woken from now on. */
export async function subscribe(link: ServiceLink, vapidPublicKey: string): Promise<boolean> {
  if ((await Notification.requestPermission()) !== 'granted') return false
  const { pushManager } = await navigator.serviceWorker.ready
  const subscribing = pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: vapidPublicKey,
  })
  const subscription = await Promise.race([subscribing, tooLate()])
  await link.ask('POST', '/app/api/subscription', { subscription: subscription.toJSON() })
  return true
}

export async function unsubscribe(link: ServiceLink): Promise<void> {
  await link.ask('POST', '/app/api/subscription', { subscription: null })
  const { pushManager } = await navigator.serviceWorker.ready
  await (await pushManager.getSubscription())?.unsubscribe()
}

/** Takes away the notifications of what does not wait any more. */
export async function tidyNotifications(waiting: readonly string[]): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration()
  const shown = (await registration?.getNotifications()) ?? []
  for (const notification of shown) {
    if (!waiting.includes(notification.tag)) notification.close()
  }
}

function tooLate(): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error('the push service does not answer')), subscribingMs)
  })
}
