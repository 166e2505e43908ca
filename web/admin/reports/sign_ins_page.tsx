import { IconLogin2 } from '@tabler/icons-react'
import { Outlet } from '@tanstack/react-router'
import type { ListPage } from '../api.ts'
import type { Column } from '../parts/column.ts'
import { DataTable } from '../parts/data_table.tsx'
import { EmptyState } from '../parts/empty_state.tsx'
import { type Filter, FilterBar } from '../parts/filter_bar.tsx'
import { TextLink } from '../parts/links.tsx'
import { useList } from '../parts/list.ts'
import { Moment } from '../parts/moment.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { StatusBadge } from '../parts/status_badge.tsx'
import { useView } from '../parts/view.ts'
import { readable, resultTones, resultWords, type SignIn } from './log_line.ts'
import { LogTools, useLive } from './log_tools.tsx'
import { ReportTabs } from './report_tabs.tsx'
import { timeFilter, useTimeRange } from './time_range.ts'

const factors = ['push', 'phone_call', 'sms_passcode', 'passcode', 'hardware_token', 'bypass_code']

export function SignInsPage() {
  const everyMs = useLive()
  const list = useList<SignIn>('logs/authentication', {
    filters: ['user', 'application', 'factor', 'result', 'reason', 'address'],
    fixed: useTimeRange(),
    ...(everyMs === undefined ? {} : { everyMs }),
  })
  const applications =
    useView<ListPage<{ readonly integration_key: string; readonly name: string }>>('applications')
      .data?.items ?? []
  const filters: readonly Filter[] = [
    timeFilter,
    { name: 'user', label: 'User', placeholder: 'alice' },
    {
      name: 'application',
      label: 'Application',
      options: applications.map(({ integration_key: value, name }) => ({ value, label: name })),
    },
    {
      name: 'result',
      label: 'Result',
      options: Object.entries(resultWords).map(([value, label]) => ({ value, label })),
    },
    {
      name: 'factor',
      label: 'Factor',
      options: factors.map((value) => ({ value, label: readable(value) })),
    },
    { name: 'reason', label: 'Reason', placeholder: 'invalid_passcode' },
    { name: 'address', label: 'Address', placeholder: '192.0.2.1' },
  ]
  return (
    <>
      <PageHeader title="Sign-ins" description="Every sign-in, allowed or not, and why." />
      <ReportTabs current="authentication" />
      <FilterBar filters={filters}>
        <LogTools log="authentication" filters={list.filters} />
      </FilterBar>
      <DataTable
        name="log-sign-ins"
        label="Sign-ins"
        noun={['sign-in', 'sign-ins']}
        list={list}
        columns={columns}
        rowKey={({ id }) => String(id)}
        empty={
          <EmptyState icon={IconLogin2} title="Nobody has signed in yet">
            Sign-ins appear here as soon as a protected application asks for a second factor.
          </EmptyState>
        }
      />
      <Outlet />
    </>
  )
}

const columns: readonly Column<SignIn>[] = [
  {
    key: 'time',
    title: 'Time',
    cell: ({ id, timestamp }) => (
      <TextLink to={`/reports/authentication/${id}`}>
        <Moment at={timestamp} withDate />
      </TextLink>
    ),
  },
  {
    key: 'result',
    title: 'Result',
    cell: ({ result, reason }) => (
      <>
        <StatusBadge tone={resultTones[result]}>{resultWords[result]}</StatusBadge>
        <div className="row-detail">{readable(reason)}</div>
      </>
    ),
  },
  {
    key: 'user',
    title: 'User',
    cell: ({ user_id, username }) =>
      user_id === null ? username : <TextLink to={`/users/${user_id}`}>{username}</TextLink>,
  },
  { key: 'application', title: 'Application', cell: ({ application }) => application },
  { key: 'factor', title: 'Factor', cell: ({ factor }) => readable(factor) },
  { key: 'address', title: 'Address', cell: ({ address }) => address },
  { key: 'device', title: 'Device', optional: true, cell: ({ device }) => device },
  { key: 'decided', title: 'Decided by', optional: true, cell: ({ decided_by }) => decided_by },
]
