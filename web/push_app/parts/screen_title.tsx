import { type ReactNode, useEffect, useRef } from 'react'

let first = true

/** The heading of a screen. It receives the focus when the screen changes. */
export function ScreenTitle({ children }: { readonly children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${heading.current?.textContent} · Countersign`
    if (!first) heading.current?.focus()
    first = false
  }, [])
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  )
}
