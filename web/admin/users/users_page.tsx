import { Group } from '@mantine/core'
import { IconFileUpload, IconUserPlus, IconUsers } from '@tabler/icons-react'
import { Outlet } from '@tanstack/react-router'
import type { Column } from '../parts/column.ts'
import { DataTable } from '../parts/data_table.tsx'
import { EmptyState } from '../parts/empty_state.tsx'
import { ExportMenu } from '../parts/export_menu.tsx'
import { type Filter, FilterBar } from '../parts/filter_bar.tsx'
import { LinkButton, TextLink } from '../parts/links.tsx'
import { useList } from '../parts/list.ts'
import { Moment } from '../parts/moment.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { usePermits } from '../session.ts'
import { BulkButtons, useMayChangeUsers } from './bulk_buttons.tsx'
import { InvitationState } from './invitation_state.tsx'
import { filterWords, type User } from './user.ts'
import { UserStatusBadge } from './user_status.tsx'
import { UserTabs } from './user_tabs.tsx'
import { UserTiles } from './user_tiles.tsx'

const filters: readonly Filter[] = [
  {
    name: 'filter',
    label: 'Show',
    options: Object.entries(filterWords).map(([value, label]) => ({ value, label })),
  },
]

export function UsersPage() {
  const list = useList<User>('users', { filters: ['filter', 'group'], sort: 'username' })
  const permits = usePermits()
  const mayChange = useMayChangeUsers()
  const inBypass = list.filters.filter === 'bypass'
  return (
    <>
      <PageHeader
        title="Users"
        description="The people who sign in with a second factor."
        actions={
          permits('users.create') && (
            <>
              <LinkButton
                to="/users/import"
                variant="default"
                leftSection={<IconFileUpload size={18} aria-hidden />}
              >
                Import
              </LinkButton>
              <LinkButton to="/users/add" leftSection={<IconUserPlus size={18} aria-hidden />}>
                Add a user
              </LinkButton>
            </>
          )
        }
      />
      <UserTabs current="/users" />
      <UserTiles />
      <FilterBar search="Search by name or e-mail" filters={filters} />
      <DataTable
        name={inBypass ? 'users-bypass' : 'users'}
        label="Users"
        noun={['user', 'users']}
        list={list}
        columns={inBypass ? bypassColumns : columns}
        rowKey={({ user_id }) => user_id}
        {...(mayChange
          ? {
              bulk: (selected, clear) => (
                <BulkButtons
                  selected={selected}
                  clear={clear}
                  inTrash={list.filters.filter === 'trash'}
                />
              ),
            }
          : {})}
        tools={<ExportMenu path="users/export" filters={list.filters} />}
        empty={<NoUsers mayCreate={permits('users.create')} />}
      />
      <Outlet />
    </>
  )
}

function NoUsers({ mayCreate }: { readonly mayCreate: boolean }) {
  return (
    <EmptyState
      icon={IconUsers}
      title="There are no users yet"
      action={
        mayCreate && (
          <Group gap="sm" justify="center">
            <LinkButton to="/users/import" variant="default">
              Import a CSV file
            </LinkButton>
            <LinkButton to="/users/add">Add a user</LinkButton>
          </Group>
        )
      }
    >
      Add the first one, or import many from a file. Then invite them by mail to set up a device.
    </EmptyState>
  )
}

const nameColumn: Column<User> = {
  key: 'username',
  title: 'User',
  sort: 'username',
  cell: ({ user_id, username, realname }) => (
    <>
      <TextLink to={`/users/${user_id}`} className="row-title">
        {username}
      </TextLink>
      <div className="row-detail">{realname}</div>
    </>
  ),
}

const columns: readonly Column<User>[] = [
  nameColumn,
  { key: 'email', title: 'E-mail', sort: 'email', cell: ({ email }) => email },
  { key: 'status', title: 'Status', cell: (user) => <UserStatusBadge user={user} /> },
  { key: 'phones', title: 'Phones', align: 'end', cell: ({ phones }) => phones },
  { key: 'tokens', title: 'Tokens', align: 'end', cell: ({ tokens }) => tokens },
  {
    key: 'last_login',
    title: 'Last sign-in',
    sort: 'last_login',
    cell: ({ last_login }) => <Moment at={last_login} />,
  },
  {
    key: 'invitation',
    title: 'Invitation',
    cell: ({ invitation }) => invitation !== null && <InvitationState {...invitation} />,
  },
  {
    key: 'can_sign_in',
    title: 'Can sign in now',
    optional: true,
    cell: ({ can_sign_in }) => (can_sign_in ? 'Yes' : 'No'),
  },
  {
    key: 'first_enrolled',
    title: 'First enrolled',
    optional: true,
    cell: ({ first_enrolled }) => <Moment at={first_enrolled} />,
  },
  {
    key: 'failed',
    title: 'Failed attempts',
    align: 'end',
    optional: true,
    cell: ({ lock: { failed, limit } }) => (failed === 0 ? 0 : `${failed} of ${limit}`),
  },
  {
    key: 'created',
    title: 'Added',
    sort: 'created',
    optional: true,
    cell: ({ created }) => <Moment at={created} />,
  },
]

/** Who signs in without a second factor, since when, by whom, and how long. */
const bypassColumns: readonly Column<User>[] = [
  nameColumn,
  { key: 'status', title: 'Status', cell: (user) => <UserStatusBadge user={user} /> },
  { key: 'since', title: 'Since', cell: ({ bypass }) => <Moment at={bypass?.since} none="–" /> },
  {
    key: 'until',
    title: 'Ends',
    cell: ({ bypass }) => <Moment at={bypass?.until} none="No end" />,
  },
  { key: 'by', title: 'Set by', cell: ({ bypass }) => bypass?.by },
  { key: 'notes', title: 'Notes', cell: ({ notes }) => notes },
  {
    key: 'last_login',
    title: 'Last sign-in',
    sort: 'last_login',
    cell: ({ last_login }) => <Moment at={last_login} />,
  },
]
