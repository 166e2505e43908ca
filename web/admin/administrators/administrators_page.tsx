import { IconUserPlus, IconUserShield } from '@tabler/icons-react'
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
import { type Administrator, factorWords, statusWords } from './administrator.ts'
import { AdministratorStatusBadge } from './administrator_status.tsx'
import { useRoles } from './roles.ts'

export function AdministratorsPage() {
  const list = useList<Administrator>('administrators', { filters: ['role', 'status'] })
  const permits = usePermits()
  const roles = useRoles().data?.items ?? []
  const filters: readonly Filter[] = [
    {
      name: 'role',
      label: 'Role',
      options: roles.map(({ name }) => ({ value: name, label: name })),
    },
    {
      name: 'status',
      label: 'Status',
      options: Object.entries(statusWords).map(([value, label]) => ({ value, label })),
    },
  ]
  return (
    <>
      <PageHeader
        title="Administrators"
        description="People who sign in to this panel. Their accounts are separate from those of users."
        actions={
          <>
            <LinkButton to="/roles" variant="default">
              Roles
            </LinkButton>
            {permits('administrators.edit') && (
              <LinkButton
                to="/administrators/invite"
                keepQuery
                leftSection={<IconUserPlus size={18} aria-hidden />}
              >
                Invite
              </LinkButton>
            )}
          </>
        }
      />
      <FilterBar search="Search by name or e-mail" filters={filters} />
      <DataTable
        name="administrators"
        label="Administrators"
        noun={['administrator', 'administrators']}
        list={list}
        columns={columns}
        rowKey={({ admin_id }) => admin_id}
        empty={
          <EmptyState icon={IconUserShield} title="There are no administrators">
            Create one with <code>countersign admin link</code>.
          </EmptyState>
        }
      />
      <Outlet />
    </>
  )
}

const columns: readonly Column<Administrator>[] = [
  {
    key: 'name',
    title: 'Name',
    cell: ({ admin_id, name, email }) => (
      <>
        <TextLink to={`/administrators/${admin_id}`} className="row-title">
          {name}
        </TextLink>
        <div className="row-detail">{email}</div>
      </>
    ),
  },
  { key: 'role', title: 'Role', cell: ({ role }) => role },
  {
    key: 'status',
    title: 'Status',
    cell: ({ status }) => <AdministratorStatusBadge status={status} />,
  },
  {
    key: 'factors',
    title: 'Factors',
    cell: ({ factors }) =>
      factors.length === 0 ? (
        <span className="dim">None</span>
      ) : (
        factors.map((kind) => factorWords[kind]).join(', ')
      ),
  },
  {
    key: 'last_login',
    title: 'Last sign-in',
    cell: ({ last_login }) => <Moment at={last_login} />,
  },
  {
    key: 'created',
    title: 'Created',
    optional: true,
    cell: ({ created }) => <Moment at={created} />,
  },
]
