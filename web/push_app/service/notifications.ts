import { needsHomeScreen } from '../phone/phone_name.ts'
import type { ServiceLink } from './service_link.ts'

/** Whether notifications work on this phone, and if not, why. */
export type NotificationState = 'on' | 'off' | 'blocked' | 'home_screen' | 'missing' | 'not_offered'

/** Browsers wait forever for a push service that can't be reached. */
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

/** @returns Whether notifications are now on. */
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

function tooLate(): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error('the push service does not answer')), subscribingMs)
  })
}
