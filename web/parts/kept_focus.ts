import { useEffect, useRef } from 'react'

let first = true

/**
 * Keeps the place of those who go by keyboard or ear: where what had the focus is gone with what was
 * shown before, reading goes on at this element. It needs a `tabIndex` of -1.
 */
export function useKeptFocus<Part extends HTMLElement>() {
  const part = useRef<Part>(null)
  useEffect(() => {
    if (!first && document.activeElement === document.body) part.current?.focus()
    first = false
  }, [])
  return part
}
