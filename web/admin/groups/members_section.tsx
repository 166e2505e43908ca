import { IconUsers } from '@tabler/icons-react'
import type { Column } from '../parts/column.ts'
import { DataTable } from '../parts/data_table.tsx'
import { EmptyState } from '../parts/empty_state.tsx'
import { FilterBar } from '../parts/filter_bar.tsx'
import { LinkButton, TextLink } from '../parts/links.tsx'
import { useList } from '../parts/list.ts'
import { Moment } from '../parts/moment.tsx'
import { Section } from '../parts/section.tsx'
import { usePermits } from '../session.ts'
import type { User } from '../users/user.ts'
import { UserStatusBadge } from '../users/user_status.tsx'
import type { GroupDetails } from './group.ts'

/** The members, page by page. */
export function MembersSection({ group: { group_id, status } }: { readonly group: GroupDetails }) {
  const path = `/groups/${group_id}`
  const permits = usePermits()
  const list = useList<User>('users', { fixed: { group: group_id }, sort: 'username' })
  const mayEdit = permits('groups.edit')
  const add = mayEdit && (status !== 'bypass' || permits('users.bypass')) && (
    <LinkButton to={`${path}/add-member`} variant="default" size="xs" keepQuery>
      Add a member
    </LinkButton>
  )
  return (
    <Section title="Members" actions={add}>
      <FilterBar search="Search the members" />
      <DataTable
        name="members"
        label="Members"
        noun={['member', 'members']}
        list={list}
        columns={mayEdit ? [...columns, removeColumn(path)] : columns}
        rowKey={({ user_id }) => user_id}
        empty={
          <EmptyState icon={IconUsers} title="Nobody is in this group">
            Add users here, on their own page, or with a column “group1” of an import.
          </EmptyState>
        }
      />
    </Section>
  )
}

const columns: readonly Column<User>[] = [
  {
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
  },
  { key: 'email', title: 'E-mail', sort: 'email', cell: ({ email }) => email },
  { key: 'status', title: 'Own status', cell: (user) => <UserStatusBadge user={user} /> },
  {
    key: 'last_login',
    title: 'Last sign-in',
    sort: 'last_login',
    cell: ({ last_login }) => <Moment at={last_login} />,
  },
]

function removeColumn(path: string): Column<User> {
  return {
    key: 'membership',
    title: 'Membership',
    cell: ({ user_id, username }) => (
      <LinkButton
        to={`${path}/remove-member/${user_id}`}
        variant="subtle"
        size="compact-xs"
        keepQuery
      >
        Remove<span className="visually-hidden"> {username}</span>
      </LinkButton>
    ),
  }
}
