import { Loader } from '@mantine/core'
import { useEffect, useState } from 'react'

const shownAfterMs = 250

/** An empty page while the session loads; a spinner appears only when that takes long. */
export function Splash() {
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), shownAfterMs)
    return () => clearTimeout(timer)
  }, [])
  return <main className="splash">{slow && <Loader role="status" aria-label="Loading" />}</main>
}
