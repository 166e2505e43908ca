import { IconMailForward } from '@tabler/icons-react'
import { Outlet } from '@tanstack/react-router'
import type { Column } from '../parts/column.ts'
import { DataTable } from '../parts/data_table.tsx'
import { EmptyState } from '../parts/empty_state.tsx'
import { type Filter, FilterBar } from '../parts/filter_bar.tsx'
import { LinkButton, TextLink } from '../parts/links.tsx'
import { useList } from '../parts/list.ts'
import { Moment } from '../parts/moment.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { usePermits } from '../session.ts'
import { InvitationState } from './invitation_state.tsx'
import { type Invitation, invitationWords, isOpenInvitation } from './user.ts'
import { UserTabs } from './user_tabs.tsx'

const filters: readonly Filter[] = [
  {
    name: 'state',
    label: 'State',
    options: Object.entries(invitationWords).map(([value, label]) => ({ value, label })),
  },
]

/** Every invitation of an administrator, the newest first: how far it is, and who sent it. */
export function InvitationsPage() {
  const list = useList<Invitation>('invitations', { filters: ['state'] })
  const mayInvite = usePermits()('users.invite')
  return (
    <>
      <PageHeader
        title="Invitations"
        description="Links with which users set up a device. Reminders go out as the settings say."
        actions={
          <LinkButton to="/users?filter=not_enrolled" variant="default">
            Users without a device
          </LinkButton>
        }
      />
      <UserTabs current="/users/invitations" />
      <FilterBar filters={filters} />
      <DataTable
        name="invitations"
        label="Invitations"
        noun={['invitation', 'invitations']}
        list={list}
        columns={mayInvite ? [...columns, actColumn] : columns}
        rowKey={({ invitation_id }) => invitation_id}
        empty={
          <EmptyState
            icon={IconMailForward}
            title="There are no invitations yet"
            action={<LinkButton to="/users?filter=not_enrolled">Users without a device</LinkButton>}
          >
            Invite users from their page, many at once from the list of users, or with an import.
          </EmptyState>
        }
      />
      <Outlet />
    </>
  )
}

const columns: readonly Column<Invitation>[] = [
  {
    key: 'user',
    title: 'User',
    cell: ({ user_id, username, email }) => (
      <>
        <TextLink to={`/users/${user_id}`} className="row-title">
          {username}
        </TextLink>
        <div className="row-detail">{email}</div>
      </>
    ),
  },
  { key: 'state', title: 'State', cell: (invitation) => <InvitationState {...invitation} /> },
  {
    key: 'sent',
    title: 'Sent',
    cell: ({ sent }) => <Moment at={sent} none="By link" />,
  },
  { key: 'opened', title: 'Opened', cell: ({ opened }) => <Moment at={opened} none="–" /> },
  {
    key: 'finished',
    title: 'Enrolled',
    optional: true,
    cell: ({ finished }) => <Moment at={finished} none="–" />,
  },
  { key: 'expires', title: 'Expires', cell: ({ expires }) => <Moment at={expires} /> },
  { key: 'reminders', title: 'Reminders', align: 'end', cell: ({ reminders }) => reminders },
  { key: 'by', title: 'Invited by', cell: ({ created_by }) => created_by },
  {
    key: 'created',
    title: 'Created',
    optional: true,
    cell: ({ created }) => <Moment at={created} withDate />,
  },
]

const actColumn: Column<Invitation> = {
  key: 'acts',
  title: 'Actions',
  cell: (invitation) => {
    const path = `/users/invitations/${invitation.user_id}`
    return (
      isOpenInvitation(invitation) && (
        <div className="row-actions">
          <LinkButton to={`${path}/resend`} keepQuery variant="subtle" size="compact-sm">
            Resend
          </LinkButton>
          <LinkButton
            to={`${path}/revoke`}
            keepQuery
            variant="subtle"
            color="danger"
            size="compact-sm"
          >
            Revoke
          </LinkButton>
        </div>
      )
    )
  },
}
