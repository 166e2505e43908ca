import { useEffect, useState } from 'react'

interface InstallEvent extends Event {
  prompt(): Promise<unknown>
}

let offered: InstallEvent | undefined
// a browser offers it once, long before anybody looks at the settings
window.addEventListener('beforeinstallprompt', (event) => {
  if (!isInstallEvent(event)) return
  event.preventDefault()
  offered = event
})

/** The app as one of the phone's own, where the browser offers it. */
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
      <p className="dim">It gets an icon of its own, and opens without the browser around it.</p>
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
