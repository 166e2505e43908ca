import { useEffect, useRef } from 'react'

let first = true

/**
 * Focuses this element if the previously focused one was removed, so that keyboard and screen reader
 * users keep their place. The element needs a `tabIndex` of -1.
 */
export function useFocusFallback<Part extends HTMLElement>() {
  const part = useRef<Part>(null)
  useEffect(() => {
    if (!first && document.activeElement === document.body) part.current?.focus()
    first = false
  }, [])
  return part
}
