import { useEffect, useState } from 'react'

interface InstallEvent extends Event {
  prompt(): Promise<unknown>
}

let offered: InstallEvent | undefined
// browsers fire this event once, long before the user opens the settings
window.addEventListener('beforeinstallprompt', (event) => {
  if (!isInstallEvent(event)) return
  event.preventDefault()
  offered = event
})

/** Offers to install the app, if the browser supports it. */
export function InstallCard() {
  const [event, setEvent] = useState(offered)
  useEffect(() => setEvent(offered), [])
  if (event === undefined) return null
  const install = async (): Promise<void> => {
    await event.prompt()
    offered = undefined
    setEvent(undefined)
  }
  return (
    <section className="card stack" aria-labelledby="install-title">
      <h2 id="install-title">Install the app</h2>
      <p className="dim">Adds an icon to your home screen and opens in its own window.</p>
      <button
        type="button"
        className="button"
        onClick={() => {
          install().catch(() => {})
        }}
      >
        Install
      </button>
    </section>
  )
}

function isInstallEvent(event: Event): event is InstallEvent {
  return 'prompt' in event
}
