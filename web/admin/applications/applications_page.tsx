import { IconApps, IconShieldPlus } from '@tabler/icons-react'
import type { Column } from '../parts/column.ts'
import { DataTable } from '../parts/data_table.tsx'
import { EmptyState } from '../parts/empty_state.tsx'
import { FilterBar } from '../parts/filter_bar.tsx'
import { LinkButton, TextLink } from '../parts/links.tsx'
import { useList } from '../parts/list.ts'
import { Moment } from '../parts/moment.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { StatusBadge } from '../parts/status_badge.tsx'
import { usePermits } from '../session.ts'
import { type Application, accessWords, typeWords } from './application.ts'

export function ApplicationsPage() {
  const list = useList<Application>('applications', { sort: 'name' })
  const mayEdit = usePermits()('applications.edit')
  const protect = mayEdit && (
    <LinkButton to="/applications/protect" leftSection={<IconShieldPlus size={18} aria-hidden />}>
      Protect an application
    </LinkButton>
  )
  return (
    <>
      <PageHeader
        title="Applications"
        description="What people sign in to with a second factor."
        actions={protect}
      />
      <FilterBar search="Search by name" />
      <DataTable
        name="applications"
        label="Applications"
        noun={['application', 'applications']}
        list={list}
        columns={columns}
        rowKey={({ integration_key }) => integration_key}
        empty={
          <EmptyState icon={IconApps} title="Nothing is protected yet" action={protect}>
            Choose a product. You get its keys and the finished configuration of the authentication
            proxy.
          </EmptyState>
        }
      />
    </>
  )
}

const columns: readonly Column<Application>[] = [
  {
    key: 'name',
    title: 'Name',
    sort: 'name',
    cell: ({ integration_key, name, type }) => (
      <>
        <TextLink to={`/applications/${integration_key}`} className="row-title">
          {name}
        </TextLink>
        <div className="row-detail">{typeWords[type] ?? type}</div>
      </>
    ),
  },
  {
    key: 'state',
    title: 'State',
    cell: ({ enabled }) =>
      enabled ? (
        <StatusBadge tone="success">On</StatusBadge>
      ) : (
        <StatusBadge tone="neutral">Off</StatusBadge>
      ),
  },
  { key: 'access', title: 'Users', cell: ({ user_access }) => accessWords[user_access] },
  {
    key: 'policy',
    title: 'Policies',
    cell: ({ policy, group_policies }) =>
      [
        ...(policy === null ? [] : [policy.policy_name]),
        ...(group_policies === 0 ? [] : [`${group_policies} for groups`]),
      ].join(', '),
  },
  {
    key: 'sign_ins',
    title: 'Sign-ins in 7 days',
    align: 'end',
    cell: ({ sign_ins_7_days }) => sign_ins_7_days.toLocaleString(),
  },
  {
    key: 'last_used',
    title: 'Last used',
    cell: ({ last_used }) => <Moment at={last_used} />,
  },
]
