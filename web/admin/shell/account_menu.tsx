import { Avatar, Menu, Text, UnstyledButton } from '@mantine/core'
import { IconLogout, IconUserCircle } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { notify } from '../../parts/notify.ts'
import { api, errorMessage } from '../api.ts'
import { type Session, useAdmin, useSessionChange } from '../session.ts'

export function AccountMenu() {
  const { name, email, role } = useAdmin()
  const { is, changed } = useSessionChange()
  const navigate = useNavigate()
  const signOut = useMutation({
    mutationFn: () => api.post<Session>('sign-out'),
    onSuccess: async (session) => {
      is(session)
      await navigate({ to: '/' })
      await changed()
    },
    onError: (error) => notify(errorMessage(error), 'danger'),
  })
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton className="account-button" aria-label={`Account of ${name}`}>
          <Avatar size={34} radius="xl" color="primary" name={name} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text fz="sm" fw={600} c="var(--text)" className="cut">
            {name}
          </Text>
          <Text fz="xs" className="cut">
            {email}
          </Text>
          <Text fz="xs">{role}</Text>
        </Menu.Label>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconUserCircle size={18} aria-hidden />}
          onClick={() => navigate({ to: '/account' }).catch(() => {})}
        >
          Your account
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconLogout size={18} aria-hidden />}
          onClick={() => signOut.mutate()}
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
