import { SegmentedControl } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { Section } from '../parts/section.tsx'
import { StatTile } from '../parts/stat_tile.tsx'
import { useUrlState } from '../parts/url_state.ts'
import { useView } from '../parts/view.ts'
import { usePermits } from '../session.ts'
import { AttentionSection } from './attention_section.tsx'

const SignInChart = lazy(async () => ({
  default: (await import('./sign_in_chart.tsx')).SignInChart,
}))

type Counts = Readonly<
  Record<
    'total' | 'not_enrolled' | 'pending' | 'inactive' | 'bypass' | 'locked' | 'disabled',
    number
  >
>

export function DashboardPage() {
  const permits = usePermits()
  return (
    <>
      <PageHeader title="Dashboard" />
      <AttentionSection />
      {(permits('users.view') || permits('applications.view')) && (
        <div className="tile-row">
          {permits('users.view') && <UserNumbers />}
          {permits('applications.view') && <ProxyNumber />}
        </div>
      )}
      {permits('logs.view') && <SignIns />}
    </>
  )
}

function UserNumbers() {
  const { data } = useView<Counts>('dashboard/users', {}, { everyMs: 30_000 })
  const enrolled = data === undefined ? undefined : data.total - data.not_enrolled
  const share =
    data === undefined || data.total === 0 || enrolled === undefined
      ? undefined
      : `${Math.round((100 * enrolled) / data.total)} % of all users`
  return (
    <>
      <StatTile label="Users" value={data?.total} to="/users" />
      <StatTile label="Enrolled" value={enrolled} detail={share} />
      <StatTile label="Not enrolled" value={data?.not_enrolled} to="/users?filter=not_enrolled" />
      <StatTile label="Invited" value={data?.pending} to="/users/invitations" />
      <StatTile label="Inactive" value={data?.inactive} to="/users?filter=inactive" />
      <StatTile label="Bypass" value={data?.bypass} to="/users?filter=bypass" />
      <StatTile label="Locked out" value={data?.locked} to="/users?filter=locked" />
    </>
  )
}

function ProxyNumber() {
  const { data } = useView<{ readonly total: number; readonly connected: number }>(
    'dashboard/proxies',
    {},
    { everyMs: 30_000 },
  )
  const isComplete = data === undefined || data.connected === data.total
  return (
    <StatTile
      label="Proxies"
      value={data?.connected}
      to="/proxies"
      detail={data === undefined || isComplete ? 'connected' : `of ${data.total} connected`}
      {...(isComplete ? {} : { tone: 'warning' as const })}
    />
  )
}

const ranges = [
  { value: 'day', label: '24 hours' },
  { value: 'week', label: '7 days' },
  { value: 'month', label: '30 days' },
]
const kinds = [
  { value: 'result', label: 'By result' },
  { value: 'factor', label: 'By factor' },
]

function SignIns() {
  const { values, change } = useUrlState()
  const range = values.range ?? 'week'
  const by = values.by === 'factor' ? 'factor' : 'result'
  return (
    <Section
      title="Sign-ins"
      actions={
        <>
          <SegmentedControl
            data={ranges}
            value={range}
            onChange={(chosen) => change({ range: chosen })}
            aria-label="Time range"
          />
          <SegmentedControl
            data={kinds}
            value={by}
            onChange={(chosen) => change({ by: chosen })}
            aria-label="Told apart"
          />
        </>
      }
    >
      <Suspense fallback={<LoadingSkeleton h={280} />}>
        <SignInChart range={range} by={by} />
      </Suspense>
    </Section>
  )
}
