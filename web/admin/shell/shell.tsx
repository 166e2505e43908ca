import { Anchor, Drawer } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useLocation } from '@tanstack/react-router'
import { lazy, Suspense, useEffect } from 'react'
import { ApprovalNotice } from '../parts/approval_notice.tsx'
import { StepUpDialog } from '../parts/step_up_dialog.tsx'
import type { Session } from '../session.ts'
import { usePaletteKey } from './palette_key.ts'
import { PermittedPage } from './permitted_page.tsx'
import { Sidebar } from './sidebar.tsx'
import { TopBar } from './top_bar.tsx'

const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }))

/** The frame of every page: sidebar, search, account. */
export function Shell({ session }: { readonly session: Session }) {
  const [drawer, { open, close }] = useDisclosure()
  const [palette, showPalette] = useDisclosure()
  const { pathname } = useLocation()
  usePaletteKey(showPalette.open)
  // biome-ignore lint/correctness/useExhaustiveDependencies: navigation closes the drawer
  useEffect(close, [pathname])
  return (
    <div className="shell">
      <Anchor href="#content" className="skip" onClick={skip}>
        Skip to content
      </Anchor>
      <aside className="shell-side">
        <Sidebar session={session} />
      </aside>
      <Drawer.Root opened={drawer} onClose={close} size={280} position="left">
        <Drawer.Overlay />
        <Drawer.Content aria-label="Menu">
          <Sidebar session={session} />
        </Drawer.Content>
      </Drawer.Root>
      <div className="shell-page">
        <TopBar onMenu={open} onSearch={showPalette.open} />
        <main id="content" tabIndex={-1}>
          <PermittedPage />
        </main>
      </div>
      <Suspense>{palette && <Palette session={session} onClose={showPalette.close} />}</Suspense>
      <StepUpDialog />
      <ApprovalNotice />
    </div>
  )
}

/** The fragment belongs to the pages, so the link must not change it. */
function skip(event: { preventDefault(): void }): void {
  event.preventDefault()
  document.getElementById('content')?.focus()
}
