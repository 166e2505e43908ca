import { storedPhone } from '../phone/phone_store.ts'
import type { NotificationData } from '../service/tidy_notifications.ts'

declare const self: ServiceWorkerGlobalScope
/** The files that the app needs to start, defined by web/build.ts. */
declare const SHELL: readonly string[]

const page = '/app/'
const cacheName = 'shell'

self.addEventListener('install', (event) => {
  event.waitUntil(keepShell().then(() => self.skipWaiting()))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim())
})

self.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request
  const { origin, pathname } = new URL(url)
  if (method !== 'GET' || origin !== self.location.origin) return
  if (mode === 'navigate' && pathname === page) event.respondWith(pageFromNetwork(event.request))
  // file names contain a hash of the content, so a cached file is never stale
  else if (SHELL.includes(pathname)) event.respondWith(kept(event.request))
})

self.addEventListener('push', (event) => {
  event.waitUntil(notify(event.data?.text() ?? ''))
})

// no approval from a notification: the user must see the details first
self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(openApp(`${page}#/request/${event.notification.tag}`))
})

async function keepShell(): Promise<void> {
  const cache = await caches.open(cacheName)
  await cache.addAll([page, ...SHELL])
  for (const { url } of await cache.keys()) {
    const { pathname } = new URL(url)
    if (pathname !== page && !SHELL.includes(pathname)) await cache.delete(url)
  }
}

/** Network first, so that an update is visible on the next visit. */
async function pageFromNetwork(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName)
  try {
    const response = await fetch(request)
    if (response.ok) await cache.put(page, response.clone())
    return response
  } catch {
    return (await cache.match(page)) ?? Response.error()
  }
}

async function kept(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName)
  return (await cache.match(request)) ?? (await fetch(request))
}

async function notify(payload: string): Promise<void> {
  const { txid, application } = messageIn(payload)
  const phone = await storedPhone().catch(() => undefined)
  const who = phone === undefined ? '' : ` as ${phone.username}`
  await self.registration.showNotification(`Sign-in request: ${application}`, {
    body: `Someone is signing in${who}. Tap to review.`,
    tag: txid,
    icon: '/app/icon-192.png',
    badge: '/app/icon-192.png',
    requireInteraction: true,
    data: { shownAt: Date.now() } satisfies NotificationData,
  })
}

/** Browsers require a notification for every push, even for one that can't be parsed. */
function messageIn(payload: string): { readonly txid: string; readonly application: string } {
  try {
    const { txid, application }: Record<string, unknown> = JSON.parse(payload)
    return { txid: String(txid ?? ''), application: String(application ?? '') }
  } catch {
    return { txid: '', application: '' }
  }
}

async function openApp(url: string): Promise<void> {
  const open = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const app = open.find((client) => new URL(client.url).pathname === page)
  if (app === undefined) {
    await self.clients.openWindow(url)
    return
  }
  await app.focus().catch(() => {})
  await app.navigate(url)
}
