import { Paper } from '@mantine/core'
import { IconAlertTriangle, IconPlayerPause } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { ProxyStatus } from '../../../src/manager/editor/page_api.ts'
import { useManager } from '../manager.ts'
import { useStore } from '../store.ts'
import { SectionCard } from './section_card.tsx'
import { ProxyPill, ServiceButtons } from './service_buttons.tsx'
import { formatDuration, formatMoment } from './time_text.ts'

/** Whether the proxy runs, since when, and its health. */
export function StatusPage() {
  const { live } = useManager()
  const proxy = useStore(live.proxy)
  return (
    <div className="page">
      <div className="page-head">
        <h1>Status</h1>
        <ProxyPill proxy={proxy} />
      </div>
      {proxy === undefined && <p role="status">Asking the proxy…</p>}
      {proxy?.state === 'stopped' && (
        <div className="empty">
          <IconPlayerPause size={30} aria-hidden />
          <b>The proxy is not running</b>
          <p>RADIUS requests get no answer. Start it with the configuration on disk.</p>
          <ServiceButtons />
        </div>
      )}
      {proxy?.state === 'unknown' && (
        <div className="empty">
          <IconAlertTriangle size={30} aria-hidden />
          <b>The proxy can’t be asked</b>
          {proxy.lines.map((line) => (
            <p key={line}>{line}</p>
          ))}
        </div>
      )}
      {proxy?.state === 'running' && <RunningStatus status={proxy.status} />}
    </div>
  )
}

function RunningStatus({ status }: { readonly status: ProxyStatus }) {
  const { editor } = useManager()
  const { path } = useStore(editor.base)
  const { reloads } = status
  const sum = (pick: (section: ProxyStatus['sections'][number]) => number): number =>
    status.sections.reduce((total, section) => total + pick(section), 0)
  return (
    <>
      <dl className="tiles">
        <Tile name="Running for">{formatDuration(status.uptime_s)}</Tile>
        <Tile name="Pending sign-ins">{sum(({ pending }) => pending)}</Tile>
        <Tile name="Accepted">{sum(({ logins }) => logins.accept)}</Tile>
        <Tile name="Rejected">{sum(({ logins }) => logins.reject)}</Tile>
        <Tile
          name="Let in while the API was down, 24 hours"
          isBad={sum((section) => section.fail_opens_24h) > 0}
        >
          {sum((section) => section.fail_opens_24h)}
        </Tile>
      </dl>
      {status.health.problems.length > 0 && (
        <ul className="notice-list" aria-label="Health">
          {status.health.problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
      <h2>Sections</h2>
      <div className="cards">
        {status.sections.map((section) => (
          <SectionCard key={section.name} section={section} />
        ))}
      </div>
      <h2>Process</h2>
      <Paper className="facts-card">
        <dl className="facts">
          <Fact name="Version">{status.version}</Fact>
          <Fact name="Process">{status.pid}</Fact>
          <Fact name="Started">{formatMoment(status.started_at)}</Fact>
          <Fact name="Configuration">
            {status.config_file === path
              ? status.config_file
              : `${status.config_file} (another file)`}
          </Fact>
          <Fact name="Loaded">{formatMoment(status.config_loaded_at)}</Fact>
          <Fact name="Reloads">
            {`${reloads.succeeded} succeeded, ${reloads.failed} failed`}
            {reloads.last?.ok === false && (
              <pre className="console">{reloads.last.lines.join('\n')}</pre>
            )}
          </Fact>
          {status.metrics !== undefined && (
            <Fact name="Metrics">http://{status.metrics}/metrics</Fact>
          )}
          <Fact name="Last error">
            {status.last_error === undefined
              ? 'none since the start'
              : `${formatMoment(status.last_error.at)}: ${status.last_error.message}`}
          </Fact>
        </dl>
      </Paper>
    </>
  )
}

function Tile({
  name,
  isBad = false,
  children,
}: {
  readonly name: string
  readonly isBad?: boolean
  readonly children: ReactNode
}) {
  return (
    <div className="tile" data-bad={isBad || undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
