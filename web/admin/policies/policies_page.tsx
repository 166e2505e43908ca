import { IconFileDescription } from '@tabler/icons-react'
import { Outlet } from '@tanstack/react-router'
import type { Column } from '../parts/column.ts'
import { DataTable } from '../parts/data_table.tsx'
import { EmptyState } from '../parts/empty_state.tsx'
import { FilterBar } from '../parts/filter_bar.tsx'
import { LinkButton, TextLink } from '../parts/links.tsx'
import { useList } from '../parts/list.ts'
import { PageHeader } from '../parts/page_header.tsx'
import { StatusBadge } from '../parts/status_badge.tsx'
import { usePermits } from '../session.ts'
import { type Policy, placeWords } from './policy.ts'

const maxPlaces = 3

export function PoliciesPage() {
  const list = useList<Policy>('policies', { sort: 'name' })
  const mayEdit = usePermits()('policies.edit')
  return (
    <>
      <PageHeader
        title="Policies"
        description="What applications require of their users. A group policy comes before the policy of the application, and both come before the global one."
        actions={
          mayEdit && (
            <LinkButton to="/policies/create" keepQuery>
              Create a policy
            </LinkButton>
          )
        }
      />
      <FilterBar search="Search by name" />
      <DataTable
        name="policies"
        label="Policies"
        noun={['policy', 'policies']}
        list={list}
        columns={columns}
        rowKey={({ policy_key }) => policy_key}
        empty={<EmptyState icon={IconFileDescription} title="There are no policies yet" />}
      />
      <Outlet />
    </>
  )
}

const columns: readonly Column<Policy>[] = [
  {
    key: 'name',
    title: 'Name',
    sort: 'name',
    cell: ({ policy_key, name, is_global }) => (
      <>
        <TextLink to={`/policies/${policy_key}`} className="row-title">
          {name}
        </TextLink>
        {is_global && (
          <div className="row-detail">
            <StatusBadge tone="primary">Global</StatusBadge>
          </div>
        )}
      </>
    ),
  },
  {
    key: 'places',
    title: 'Applies to',
    cell: ({ is_global, applies_to }) => {
      const places = [...(is_global ? ['Every application'] : []), ...applies_to.map(placeWords)]
      if (places.length === 0) return <span className="dim">Nothing</span>
      const more = places.length - maxPlaces
      return `${places.slice(0, maxPlaces).join('; ')}${more > 0 ? `; and ${more} more` : ''}`
    },
  },
  {
    key: 'sections',
    title: 'Sections',
    cell: ({ section_titles }) =>
      section_titles.length === 0 ? <span className="dim">None</span> : section_titles.join(', '),
  },
]
