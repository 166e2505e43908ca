/** What the service worker stores with a notification. */
export interface NotificationData {
  /** Milliseconds since the epoch. */
  readonly shownAt: number
}

/** What the app knows of sign-in requests. Requests are named by their transaction. */
export interface KnownRequests {
  readonly waiting: readonly string[]
  /** All that have been waiting since the app was opened. */
  readonly seen: ReadonlySet<string>
  /** When the app asked for `waiting`. */
  readonly askedAt: number
}

/**
 * Closes the notifications of requests that have ended. One that the app has not seen yet may be newer
 * than its list, and stays.
 */
export async function tidyNotifications({ waiting, seen, askedAt }: KnownRequests): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration()
  for (const notification of (await registration?.getNotifications()) ?? []) {
    const data: NotificationData | null = notification.data
    const known = seen.has(notification.tag) || (data?.shownAt ?? 0) < askedAt
    if (known && !waiting.includes(notification.tag)) notification.close()
  }
}
