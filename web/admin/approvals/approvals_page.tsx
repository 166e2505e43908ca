import { IconUserCheck } from '@tabler/icons-react'
import { Outlet } from '@tanstack/react-router'
import type { Column } from '../parts/column.ts'
import { DataTable } from '../parts/data_table.tsx'
import { EmptyState } from '../parts/empty_state.tsx'
import { FilterBar } from '../parts/filter_bar.tsx'
import { useList } from '../parts/list.ts'
import { Moment } from '../parts/moment.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { StatusBadge } from '../parts/status_badge.tsx'
import { type ApprovalRequest, stateTones, stateWords } from './approval_request.ts'
import { RequestActs } from './request_acts.tsx'

const lookEveryMs = 30_000

export function ApprovalsPage() {
  const list = useList<ApprovalRequest>('approvals', {
    filters: ['waiting'],
    everyMs: lookEveryMs,
  })
  return (
    <>
      <PageHeader
        title="Approvals"
        description="Risky changes wait here until a second administrator approves them."
      />
      <FilterBar
        filters={[
          { name: 'waiting', label: 'State', options: [{ value: 'true', label: 'Waiting' }] },
        ]}
      />
      <DataTable
        name="approvals"
        label="Requests for approval"
        noun={['request', 'requests']}
        list={list}
        columns={columns}
        rowKey={({ id }) => id}
        empty={
          <EmptyState icon={IconUserCheck} title="Nothing waits for approval">
            Requests appear here when an administrator reveals a secret key, makes bypass codes,
            weakens a policy or adds an administrator, and the setting for approvals is on.
          </EmptyState>
        }
      />
      <Outlet />
    </>
  )
}

const columns: readonly Column<ApprovalRequest>[] = [
  {
    key: 'summary',
    title: 'What would happen',
    cell: ({ summary, kind, reason }) => (
      <>
        <span className="row-title">{summary}</span>
        <div className="row-detail">{reason === '' ? kind : reason}</div>
      </>
    ),
  },
  {
    key: 'requester',
    title: 'Requested by',
    cell: ({ requester, own }) => (own ? 'You' : requester.email),
  },
  { key: 'created', title: 'When', cell: ({ created }) => <Moment at={created} /> },
  {
    key: 'state',
    title: 'State',
    cell: ({ state, expires, decided_by }) => (
      <>
        <StatusBadge tone={stateTones[state]}>{stateWords[state]}</StatusBadge>
        <div className="row-detail">
          {state === 'waiting' ? (
            <>
              expires <Moment at={expires} />
            </>
          ) : (
            decided_by !== null && `by ${decided_by}`
          )}
        </div>
      </>
    ),
  },
  { key: 'acts', title: 'Decision', cell: (request) => <RequestActs request={request} /> },
]
