import { Anchor, Button, type ButtonProps } from '@mantine/core'
import { Link, type LinkComponentProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'

interface LinkTarget {
  /** A path of the panel, such as `/users/DU…`; may have a query. */
  readonly to: string
  readonly onClick?: () => void
  readonly children: ReactNode
}

/** A link in text or a table. */
export function TextLink({
  to,
  children,
  className,
  onClick,
}: LinkTarget & { readonly className?: string }) {
  return (
    <Anchor
      underline="hover"
      inherit
      className={className}
      onClick={onClick}
      renderRoot={(props) => <Link {...props} {...linkTarget(to)} />}
    >
      {children}
    </Anchor>
  )
}

/** A link that looks like a button; `keepQuery` is for acts that open above the present page. */
export function LinkButton({
  to,
  children,
  onClick,
  keepQuery = false,
  ...props
}: LinkTarget & ButtonProps & { readonly keepQuery?: boolean }) {
  return (
    <Button
      {...props}
      onClick={onClick}
      renderRoot={(root) => (
        <Link {...root} {...linkTarget(to)} {...(keepQuery ? { search: true } : {})} />
      )}
    >
      {children}
    </Button>
  )
}

/** The router wants path and query apart. */
function linkTarget(target: string): Pick<LinkComponentProps, 'to' | 'search'> {
  const [to = '/', query] = target.split('?', 2)
  const search = Object.fromEntries(new URLSearchParams(query))
  return { to, search: () => search }
}
