import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useCallback, useEffect } from 'react'
import { Dialog } from '../../parts/dialog.tsx'
import type { UrlSearch } from '../url_search.ts'

/** @returns Leaves the dialog for the page behind it; the query of the URL stays. */
export function useCloseRoute(parent: string): () => void {
  const navigate = useNavigate()
  return useCallback(() => {
    navigate({ to: parent, search: (before: UrlSearch) => before, resetScroll: false }).catch(
      () => {},
    )
  }, [navigate, parent])
}

/** A dialog that has a route of its own, above the page `parent`. */
export function RouteDialog({
  parent,
  title,
  size,
  children,
}: {
  readonly parent: string
  readonly title: string
  readonly size?: number
  readonly children: ReactNode
}) {
  const close = useCloseRoute(parent)
  useReturnedFocus()
  return (
    <Dialog opened onClose={close} title={title} {...(size === undefined ? {} : { size })}>
      {children}
    </Dialog>
  )
}

/** Gives the focus back to the button that opened the dialog, or to the heading of the page. */
function useReturnedFocus(): void {
  useEffect(() => {
    const before = document.activeElement
    return () => {
      requestAnimationFrame(() => {
        const back = before?.isConnected && before !== document.body ? before : heading()
        if (back instanceof HTMLElement) back.focus({ preventScroll: true })
      })
    }
  }, [])
}

function heading(): Element | null {
  return document.querySelector('h1')
}
