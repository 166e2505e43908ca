import { useEffect, useRef, useState } from 'react'

const startMs = 2500

/** Shown after a successful sign-in. */
export function Desktop({
  user,
  onSignOut,
}: {
  readonly user: string
  readonly onSignOut: () => void
}) {
  const [isStarted, setStarted] = useState(false)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    heading.current?.focus()
    const started = setTimeout(() => setStarted(true), startMs)
    return () => clearTimeout(started)
  }, [])
  return (
    <div className="client-body desktop">
      <div className="desktop-screen" data-started={isStarted || undefined} aria-hidden>
        <div className="desktop-window">
          <i />
          <i />
          <i />
        </div>
        <div className="desktop-taskbar">
          <i />
          <i />
          <i />
        </div>
      </div>
      <h1 ref={heading} tabIndex={-1}>
        {isStarted ? 'Your desktop is ready' : 'Starting your desktop…'}
      </h1>
      <p className="client-intro">
        Signed in as <b>{user}</b>
      </p>
      {!isStarted && <div className="desktop-progress" role="status" aria-label="Starting" />}
      <button type="button" className="client-button client-button-quiet" onClick={onSignOut}>
        Sign out
      </button>
    </div>
  )
}
