import { IconUsersGroup, IconUsersPlus } from '@tabler/icons-react'
import { Outlet } from '@tanstack/react-router'
import type { Column } from '../parts/column.ts'
import { DataTable } from '../parts/data_table.tsx'
import { EmptyState } from '../parts/empty_state.tsx'
import { FilterBar } from '../parts/filter_bar.tsx'
import { LinkButton, TextLink } from '../parts/links.tsx'
import { useList } from '../parts/list.ts'
import { PageHeader } from '../parts/page_header.tsx'
import { usePermits } from '../session.ts'
import type { Group } from './group.ts'
import { GroupStatusBadge } from './group_status.tsx'

export function GroupsPage() {
  const list = useList<Group>('groups', { sort: 'name' })
  const create = usePermits()('groups.edit') && (
    <LinkButton to="/groups/add" leftSection={<IconUsersPlus size={18} aria-hidden />}>
      Create a group
    </LinkButton>
  )
  return (
    <>
      <PageHeader
        title="Groups"
        description="Policies, access to applications, and a status for many users at once."
        actions={create}
      />
      <FilterBar search="Search by name" />
      <DataTable
        name="groups"
        label="Groups"
        noun={['group', 'groups']}
        list={list}
        columns={columns}
        rowKey={({ group_id }) => group_id}
        empty={
          <EmptyState icon={IconUsersGroup} title="There are no groups yet" action={create}>
            Create one for the users who share a policy, such as contractors or administrators.
          </EmptyState>
        }
      />
      <Outlet />
    </>
  )
}

const columns: readonly Column<Group>[] = [
  {
    key: 'name',
    title: 'Group',
    sort: 'name',
    cell: ({ group_id, name, description }) => (
      <>
        <TextLink to={`/groups/${group_id}`} className="row-title">
          {name}
        </TextLink>
        <div className="row-detail">{description}</div>
      </>
    ),
  },
  { key: 'status', title: 'Status', cell: ({ status }) => <GroupStatusBadge status={status} /> },
  {
    key: 'members',
    title: 'Members',
    align: 'end',
    cell: ({ members }) => members.toLocaleString(),
  },
]
