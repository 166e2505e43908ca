import { IconMessage } from '@tabler/icons-react'
import type { Column } from '../parts/column.ts'
import { DataTable } from '../parts/data_table.tsx'
import { EmptyState } from '../parts/empty_state.tsx'
import { type Filter, FilterBar } from '../parts/filter_bar.tsx'
import { useList } from '../parts/list.ts'
import { Moment } from '../parts/moment.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { StatusBadge } from '../parts/status_badge.tsx'
import type { Message } from './log_line.ts'
import { LogTools, useLive } from './log_tools.tsx'
import { ReportTabs } from './report_tabs.tsx'
import { timeFilter, useTimeRange } from './time_range.ts'

const results = ['sent', 'refused', 'unreachable', 'limited', 'started']
const filters: readonly Filter[] = [
  timeFilter,
  { name: 'user', label: 'User', placeholder: 'alice' },
  {
    name: 'type',
    label: 'Type',
    options: [
      { value: 'sms', label: 'SMS' },
      { value: 'phone', label: 'Call' },
    ],
  },
  { name: 'number', label: 'Number', placeholder: '+12025550143' },
  {
    name: 'result',
    label: 'Result',
    options: results.map((value) => ({ value, label: value })),
  },
]

export function MessagesPage() {
  const everyMs = useLive()
  const list = useList<Message>('logs/telephony', {
    filters: ['user', 'type', 'number', 'result'],
    fixed: useTimeRange(),
    ...(everyMs === undefined ? {} : { everyMs }),
  })
  return (
    <>
      <PageHeader
        title="Messages and calls"
        description="What was sent to phones, and what the provider answered. The texts are never kept."
      />
      <ReportTabs current="telephony" />
      <FilterBar filters={filters}>
        <LogTools log="telephony" filters={list.filters} />
      </FilterBar>
      <DataTable
        name="log-messages"
        label="Messages and calls"
        noun={['message', 'messages']}
        list={list}
        columns={columns}
        rowKey={({ id }) => String(id)}
        empty={<EmptyState icon={IconMessage} title="No message was sent yet" />}
      />
    </>
  )
}

const columns: readonly Column<Message>[] = [
  { key: 'time', title: 'Time', cell: ({ timestamp }) => <Moment at={timestamp} withDate /> },
  { key: 'type', title: 'Type', cell: ({ type }) => (type === 'sms' ? 'SMS' : 'Call') },
  { key: 'number', title: 'Number', cell: ({ number }) => number },
  { key: 'context', title: 'For', cell: ({ context }) => context },
  {
    key: 'result',
    title: 'Result',
    cell: ({ result, detail }) => (
      <>
        <StatusBadge tone={result === 'sent' ? 'success' : 'warning'}>{result}</StatusBadge>
        <div className="row-detail">{detail}</div>
      </>
    ),
  },
  { key: 'provider', title: 'Provider', optional: true, cell: ({ provider }) => provider },
]
