declare const self: ServiceWorkerGlobalScope
/** What the app needs to start: put in by web/build.ts. */
declare const SHELL: readonly string[]

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open('shell').then((cache) => cache.addAll(['/app/', ...SHELL])))
})

export {}
