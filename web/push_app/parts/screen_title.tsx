import { type ReactNode, useEffect, useRef } from 'react'

let first = true

/** The heading of a screen, which is where reading goes on after another screen was left. */
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
