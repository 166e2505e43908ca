import { Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import { useFocusFallback } from './focus_fallback.ts'
import { useOrganisation } from './organisation.tsx'

/** The heading of a page; also sets the window title. */
export function PageTitle({
  size = 28,
  children,
}: {
  readonly size?: number
  readonly children: ReactNode
}) {
  const name = useOrganisation()?.name ?? 'Countersign'
  const heading = useFocusFallback<HTMLHeadingElement>()
  useEffect(() => {
    document.title = `${heading.current?.textContent} · ${name}`
  }, [heading, name])
  return (
    <Title ref={heading} order={1} fz={size} tabIndex={-1} className="page-title">
      {children}
    </Title>
  )
}
