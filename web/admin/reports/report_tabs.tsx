import { PageTabs } from '../parts/page_tabs.tsx'

const pages = [
  { to: '/reports/authentication', label: 'Sign-ins' },
  { to: '/reports/administrator', label: 'Administrators' },
  { to: '/reports/telephony', label: 'Messages and calls' },
]

/** Switches between the logs. */
export function ReportTabs({
  current,
}: {
  readonly current: 'authentication' | 'administrator' | 'telephony'
}) {
  return <PageTabs pages={pages} current={`/reports/${current}`} />
}
