import { ActionIcon, Menu, Stack, Tabs, Text } from '@mantine/core'
import {
  IconDeviceMobile,
  IconHistory,
  IconLifebuoy,
  IconLogout,
  IconUser,
} from '@tabler/icons-react'
import { useLocation, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Frame } from '../../parts/frame.tsx'
import { portal } from '../api.ts'
import { Go } from '../go.tsx'
import { useSession, useSessionChange } from '../session.ts'
import { Waiting } from '../start.tsx'

const tabs = [
  { to: '/devices', label: 'Devices', icon: IconDeviceMobile },
  { to: '/recovery', label: 'Recovery', icon: IconLifebuoy },
  { to: '/history', label: 'History', icon: IconHistory },
] as const

/** Layout of the pages that require a verified second factor. */
export function HomeFrame({ children }: { readonly children: ReactNode }) {
  const session = useSession()
  const navigate = useNavigate()
  const { pathname } = useLocation()
  if (session.isPending) return <Waiting />
  if (session.data?.kind !== 'self_service') return <Go to="/" />
  return (
    <Frame size={680} aside={<Account username={session.data.username ?? ''} />}>
      <Stack gap="lg">
        <Tabs
          value={pathname}
          onChange={(to) => {
            const tab = tabs.find((candidate) => candidate.to === to)
            if (tab !== undefined) navigate({ to: tab.to }).catch(() => {})
          }}
        >
          <Tabs.List grow>
            {tabs.map(({ to, label, icon: Icon }) => (
              <Tabs.Tab
                key={to}
                value={to}
                leftSection={<Icon size={18} aria-hidden />}
                id={`tab${to}`}
                aria-controls="home-panel"
              >
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs>
        <Stack gap="lg" id="home-panel" role="tabpanel" aria-labelledby={`tab${pathname}`}>
          {children}
        </Stack>
      </Stack>
    </Frame>
  )
}

function Account({ username }: { readonly username: string }) {
  const { changed } = useSessionChange()
  const leave = async () => {
    await portal.signOut()
    await changed()
  }
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon variant="default" radius="xl" aria-label={`Account ${username}`}>
          <IconUser size={20} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          Signed in as{' '}
          <Text span inherit fw={600} c="var(--text)" className="break">
            {username}
          </Text>
        </Menu.Label>
        <Menu.Item
          leftSection={<IconLogout size={18} aria-hidden />}
          onClick={() => leave().catch(() => {})}
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
