import { ActionIcon, Kbd } from '@mantine/core'
import { IconMenu2, IconSearch } from '@tabler/icons-react'
import { ColorSchemeMenu } from '../../parts/color_scheme_menu.tsx'
import { AccountMenu } from './account_menu.tsx'
import { paletteKey } from './palette_key.ts'
import { WaitingApprovals } from './waiting_approvals.tsx'

export function TopBar({
  onMenu,
  onSearch,
}: {
  readonly onMenu: () => void
  readonly onSearch: () => void
}) {
  return (
    <header className="top-bar">
      <ActionIcon variant="default" className="top-menu" aria-label="Menu" onClick={onMenu}>
        <IconMenu2 size={20} aria-hidden />
      </ActionIcon>
      <button type="button" className="top-search" onClick={onSearch}>
        <IconSearch size={16} aria-hidden />
        <span>Search or run a command</span>
        <Kbd aria-hidden>{paletteKey}</Kbd>
      </button>
      <div className="top-end">
        <WaitingApprovals />
        <ColorSchemeMenu />
        <AccountMenu />
      </div>
    </header>
  )
}
