import { IconPencil } from '@tabler/icons-react'
import { Outlet } from '@tanstack/react-router'
import { actionNames, actionWords } from '../parts/action_words.ts'
import type { Column } from '../parts/column.ts'
import { DataTable } from '../parts/data_table.tsx'
import { EmptyState } from '../parts/empty_state.tsx'
import { type Filter, FilterBar } from '../parts/filter_bar.tsx'
import { TextLink } from '../parts/links.tsx'
import { useList } from '../parts/list.ts'
import { Moment } from '../parts/moment.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import type { Change } from './log_line.ts'
import { LogTools, useLive } from './log_tools.tsx'
import { ReportTabs } from './report_tabs.tsx'
import { timeFilter, useTimeRange } from './time_range.ts'

const filters: readonly Filter[] = [
  timeFilter,
  { name: 'actor', label: 'Administrator', placeholder: 'ada@example.com' },
  {
    name: 'action',
    label: 'Action',
    options: actionNames.map((value) => ({ value, label: actionWords(value) })),
  },
  { name: 'user', label: 'User', placeholder: 'alice' },
  { name: 'address', label: 'Address', placeholder: '192.0.2.1' },
]

export function ChangesPage() {
  const everyMs = useLive()
  const list = useList<Change>('logs/administrator', {
    filters: ['actor', 'action', 'user', 'address'],
    fixed: useTimeRange(),
    ...(everyMs === undefined ? {} : { everyMs }),
  })
  return (
    <>
      <PageHeader
        title="Actions of administrators"
        description="Who changed what, with old and new values, from the panel, the command line and the Admin API."
      />
      <ReportTabs current="administrator" />
      <FilterBar filters={filters}>
        <LogTools log="administrator" filters={list.filters} />
      </FilterBar>
      <DataTable
        name="log-changes"
        label="Actions"
        noun={['action', 'actions']}
        list={list}
        columns={columns}
        rowKey={({ id }) => String(id)}
        empty={<EmptyState icon={IconPencil} title="Nothing has been changed yet" />}
      />
      <Outlet />
    </>
  )
}

const columns: readonly Column<Change>[] = [
  {
    key: 'time',
    title: 'Time',
    cell: ({ id, timestamp }) => (
      <TextLink to={`/reports/administrator/${id}`}>
        <Moment at={timestamp} withDate />
      </TextLink>
    ),
  },
  { key: 'action', title: 'Action', cell: ({ action }) => actionWords(action) },
  { key: 'object', title: 'Object', cell: ({ object }) => object },
  { key: 'actor', title: 'By', cell: ({ actor }) => actor },
  {
    key: 'changes',
    title: 'Changed',
    cell: ({ changes }) => Object.keys(changes).join(', '),
  },
  { key: 'address', title: 'Address', optional: true, cell: ({ address }) => address },
]
