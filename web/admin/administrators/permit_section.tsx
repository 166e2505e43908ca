import type { ReactNode } from 'react'

export function PermitSection({
  title,
  children,
}: {
  readonly title: string
  readonly children: ReactNode
}) {
  return (
    <fieldset className="permit-section">
      <legend>{title}</legend>
      {children}
    </fieldset>
  )
}
