import { IconServer, IconShieldPlus } from '@tabler/icons-react'
import type { Column } from '../parts/column.ts'
import { DataTable } from '../parts/data_table.tsx'
import { EmptyState } from '../parts/empty_state.tsx'
import { type Filter, FilterBar } from '../parts/filter_bar.tsx'
import { LinkButton, TextLink } from '../parts/links.tsx'
import { useList } from '../parts/list.ts'
import { Moment } from '../parts/moment.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { StatusBadge } from '../parts/status_badge.tsx'
import { usePermits } from '../session.ts'
import { type ListedProxy, loginWords } from './proxy.ts'
import { ProxyState } from './proxy_state.tsx'
import { worstTone } from './warning_words.ts'

const everyMs = 10_000
const filters: readonly Filter[] = [
  {
    name: 'state',
    label: 'State',
    options: [
      { value: 'connected', label: 'Connected' },
      { value: 'lost', label: 'Lost' },
    ],
  },
]

export function ProxiesPage() {
  const list = useList<ListedProxy>('proxies', { filters: ['state'], sort: 'host', everyMs })
  const mayEdit = usePermits()('applications.edit')
  return (
    <>
      <PageHeader
        title="Authentication proxies"
        description="They take RADIUS requests from VPNs and directories, and ask this service. Each one reports every 30 seconds."
      />
      <FilterBar search="Search by host name" filters={filters} />
      <DataTable
        name="proxies"
        label="Authentication proxies"
        noun={['proxy', 'proxies']}
        list={list}
        columns={columns}
        rowKey={({ proxy_id }) => proxy_id}
        empty={
          <EmptyState
            icon={IconServer}
            title="No proxy reports yet"
            action={
              mayEdit && (
                <LinkButton
                  to="/applications/protect"
                  leftSection={<IconShieldPlus size={18} aria-hidden />}
                >
                  Protect an application
                </LinkButton>
              )
            }
          >
            Protect an application, and start the proxy with the authproxy.cfg that you get. It
            appears here a few seconds later.
          </EmptyState>
        }
      />
    </>
  )
}

const columns: readonly Column<ListedProxy>[] = [
  {
    key: 'host',
    title: 'Name',
    sort: 'host',
    cell: ({ proxy_id, host, version, is_outdated }) => (
      <>
        <TextLink to={`/proxies/${proxy_id}`} className="row-title break">
          {host}
        </TextLink>
        <div className="row-detail">
          {version}
          {is_outdated && ', update available'}
        </div>
      </>
    ),
  },
  { key: 'state', title: 'State', cell: ({ state }) => <ProxyState state={state} /> },
  {
    key: 'last_seen',
    title: 'Last seen',
    cell: ({ last_seen }) => <Moment at={last_seen} />,
  },
  { key: 'address', title: 'Address', cell: ({ address }) => address },
  {
    key: 'applications',
    title: 'Applications',
    cell: ({ applications }) =>
      applications.map(({ integration_key, name }) => (
        <div key={integration_key} className="break">
          {name === null ? (
            <span className="dim">Removed application</span>
          ) : (
            <TextLink to={`/applications/${integration_key}`}>{name}</TextLink>
          )}
        </div>
      )),
  },
  {
    key: 'sign_ins',
    title: 'Sign-ins in the last hour',
    cell: ({ logins_hour: logins }) => {
      if (logins === null) return <span className="dim">Unknown</span>
      const words = loginWords(logins)
      return words.length === 0 ? (
        <span className="dim">None</span>
      ) : (
        words.map((text) => <div key={text}>{text}</div>)
      )
    },
  },
  {
    key: 'warnings',
    title: 'Warnings',
    cell: ({ warnings }) =>
      warnings.length === 0 ? (
        <span className="dim">None</span>
      ) : (
        <StatusBadge tone={worstTone(warnings)}>
          {warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`}
        </StatusBadge>
      ),
  },
  {
    key: 'started',
    title: 'Running since',
    optional: true,
    cell: ({ started }) => <Moment at={started} withDate />,
  },
  { key: 'platform', title: 'Platform', optional: true, cell: ({ platform }) => platform },
]
