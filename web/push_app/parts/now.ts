import { useEffect, useState } from 'react'
import type { ServiceLink } from '../service/service_link.ts'

const secondMs = 1000

/** The service's time, each second anew. */
export function useNow(link: ServiceLink): number {
  const [now, setNow] = useState(() => link.now())
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>
    // at the beginning of each second, so that what counts down does not limp
    const tick = (): void => {
      setNow(link.now())
      timer = setTimeout(tick, secondMs - (link.now() % secondMs))
    }
    tick()
    return () => clearTimeout(timer)
  }, [link])
  return now
}
