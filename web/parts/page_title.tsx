import { Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import { useKeptFocus } from './kept_focus.ts'

/** The heading of a page, which also names the window. */
export function PageTitle({
  size = 28,
  children,
}: {
  readonly size?: number
  readonly children: ReactNode
}) {
  const heading = useKeptFocus<HTMLHeadingElement>()
  useEffect(() => {
    document.title = `${heading.current?.textContent} · Countersign`
  }, [heading])
  return (
    <Title ref={heading} order={1} fz={size} tabIndex={-1} className="page-title">
      {children}
    </Title>
  )
}
