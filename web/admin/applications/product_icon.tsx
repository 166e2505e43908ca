import {
  IconApps,
  IconCode,
  IconDeviceDesktop,
  IconFolders,
  IconRouter,
  IconSettings,
  IconShield,
  IconTerminal2,
} from '@tabler/icons-react'
import type { ComponentType } from 'react'

const icons: Readonly<Record<string, ComponentType<{ readonly size?: number }>>> = {
  desktop: IconDeviceDesktop,
  shield: IconShield,
  router: IconRouter,
  terminal: IconTerminal2,
  directory: IconFolders,
  code: IconCode,
  settings: IconSettings,
}

export function ProductIcon({ icon }: { readonly icon: string }) {
  const Icon = icons[icon] ?? IconApps
  return (
    <span className="product-icon" aria-hidden>
      <Icon size={22} />
    </span>
  )
}
