import '../palette.css'
import './push_app.css'
import './screens.css'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { PushApp } from './push_app.ts'

const app = new PushApp()
app.start().catch(() => {})
window.addEventListener('online', () => app.hurry())
window.addEventListener('offline', () => app.interrupt())
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') app.hurry()
})
// without the service worker the app still works, but has no notifications and can't start offline
navigator.serviceWorker?.register('/app/service_worker.js', { scope: '/app/' }).catch(() => {})

const root = document.getElementById('root')
if (root !== null) createRoot(root).render(<App app={app} />)
