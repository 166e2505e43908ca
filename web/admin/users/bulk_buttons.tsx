import { Button, Menu } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { Selected } from '../parts/selection.ts'
import { usePermits } from '../session.ts'
import type { UrlSearch } from '../url_search.ts'

const acts = [
  { path: 'invite', label: 'Invite', permit: 'users.invite' },
  { path: 'group-add', label: 'Add to a group', permit: 'groups.edit' },
  { path: 'group-remove', label: 'Remove from a group', permit: 'groups.edit' },
  { path: 'status', label: 'Change status', permit: 'users.edit' },
  { path: 'lock', label: 'Lock', permit: 'users.edit' },
  { path: 'unlock', label: 'Unlock', permit: 'users.unlock' },
  { path: 'remove', label: 'Remove', permit: 'users.create', danger: true },
] as const
const trashActs = [{ path: 'restore', label: 'Restore', permit: 'users.create' }] as const
const shown = 2

/** Whether the administrator may change many users at all. */
export function useMayChangeUsers(): boolean {
  const permits = usePermits()
  return acts.some(({ permit }) => permits(permit))
}

/** What can be done with the selected users; each opens a dialog that says what it will do. */
export function BulkButtons({
  selected,
  clear,
  inTrash,
}: {
  readonly selected: Selected
  readonly clear: () => void
  readonly inTrash: boolean
}) {
  const permits = usePermits()
  const navigate = useNavigate()
  const hasStarted = useLocation({ select: ({ pathname }) => pathname.includes('/users/jobs/') })
  useEffect(() => {
    if (hasStarted) clear()
  }, [hasStarted, clear])
  const open = (path: string) => {
    navigate({
      to: `/users/bulk/${path}`,
      search: (before: UrlSearch) => before,
      state: { selectedUsers: selected },
      resetScroll: false,
    }).catch(() => {})
  }
  const allowed = (inTrash ? trashActs : acts).filter(({ permit }) => permits(permit))
  const more = allowed.slice(shown)
  return (
    <>
      {allowed.slice(0, shown).map(({ path, label }) => (
        <Button key={path} size="xs" variant="default" onClick={() => open(path)}>
          {label}
        </Button>
      ))}
      {more.length > 0 && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button
              size="xs"
              variant="default"
              rightSection={<IconChevronDown size={14} aria-hidden />}
            >
              More
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {more.map(({ path, label, ...act }) => (
              <Menu.Item
                key={path}
                {...('danger' in act ? { color: 'danger' } : {})}
                onClick={() => open(path)}
              >
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  )
}
