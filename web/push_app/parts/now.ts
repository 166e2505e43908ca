import { useEffect, useState } from 'react'
import type { ServiceLink } from '../service/service_link.ts'

const secondMs = 1000

/** The service's clock, updated every second. */
export function useNow(link: ServiceLink): number {
  const [now, setNow] = useState(() => link.now())
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>
    // aligned to full seconds, so that countdowns run evenly
    const tick = (): void => {
      setNow(link.now())
      timer = setTimeout(tick, secondMs - (link.now() % secondMs))
    }
    tick()
    return () => clearTimeout(timer)
  }, [link])
  return now
}
