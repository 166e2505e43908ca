import { Failed } from '../../parts/problem.tsx'
import { errorMessage } from '../api.ts'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { Moment } from '../parts/moment.tsx'
import { Section } from '../parts/section.tsx'
import { StatusBadge } from '../parts/status_badge.tsx'
import { useView } from '../parts/view.ts'
import type { ApplicationDetails } from './application.ts'
import { BrandingForm } from './branding_form.tsx'
import { type DirectoryState, describeSight, type Sight } from './directory.ts'
import { LaunchLinkForm } from './launch_link_form.tsx'

const everyMs = 2000
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })

/** The WorkSpaces directory of an application: what reaches the proxies, live, and what users need. */
export function DirectoryTab({ app }: { readonly app: ApplicationDetails }) {
  const { data, error, refetch } = useView<DirectoryState>(
    `applications/${app.integration_key}/directory`,
    {},
    { everyMs },
  )
  if (data === undefined) {
    return error === null ? (
      <LoadingSkeleton h={240} />
    ) : (
      <Failed title="The checks can’t be shown" message={errorMessage(error)} retry={refetch} />
    )
  }
  return (
    <>
      <Sights state={data} />
      <Findings state={data} />
      <Budget state={data} />
      <LaunchLinkForm />
      <BrandingForm />
    </>
  )
}

function Sights({ state: { sights, controllers } }: { readonly state: DirectoryState }) {
  const hosts = [...new Map(sights.map(({ proxy_id: id, host }) => [id, host]))]
  return (
    <Section
      title="What reaches the proxies"
      description="Live: choose Enable in the AWS console, or run “workspaces enable”, and watch. Both controllers must reach every proxy."
    >
      {hosts.length === 0 || controllers.length === 0 ? (
        <p className="row-none">
          {hosts.length === 0
            ? 'No proxy reports yet. Copy authproxy.cfg to its machine, and start it.'
            : 'No address of a controller is known yet. Add both under Edit.'}
        </p>
      ) : (
        <ul className="sight-list" aria-live="polite">
          {sights.map((sight) => (
            <li key={`${sight.proxy_id} ${sight.controller}`}>
              <SightLine sight={sight} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

function SightLine({ sight }: { readonly sight: Sight }) {
  const { tone, words } = describeSight(sight)
  const { host, probe, controller, last_seen: lastSeen, requests } = sight
  return (
    <>
      <StatusBadge tone={tone}>{host}</StatusBadge>
      <span>
        <b>{words}</b>
        <span className="row-detail">
          {probe !== null &&
            `AWS’s probe reached ${host} from ${controller} at ${clock.format(probe)}. `}
          {lastSeen !== null && (
            <>
              {requests.toLocaleString()} {requests === 1 ? 'request' : 'requests'}, the last one{' '}
              <Moment at={lastSeen} />
            </>
          )}
        </span>
      </span>
    </>
  )
}

const tones = { error: 'danger', warning: 'warning', note: 'primary', ok: 'success' } as const
const severityWords = { error: 'Error', warning: 'Warning', note: 'Note', ok: 'Good' } as const

function Findings({ state: { findings } }: { readonly state: DirectoryState }) {
  return (
    <Section
      title="Findings"
      description="“workspaces advise” finds more: it also asks AWS for the addresses, the network and the security groups."
    >
      <ul className="sight-list">
        {findings.map(({ severity, what, why, todo }) => (
          <li key={what}>
            <StatusBadge tone={tones[severity]}>{severityWords[severity]}</StatusBadge>
            <span>
              <b>{what}</b>
              <span className="row-detail">
                {[why, todo].filter((text) => text !== undefined).join(' ')}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Budget({ state: { budget, approvals } }: { readonly state: DirectoryState }) {
  return (
    <Section
      title="Time to approve"
      description={
        approvals === null
          ? 'No push was approved in the last 30 days, so how long users take is unknown.'
          : `Of ${approvals.count.toLocaleString()} approvals in 30 days, half took ${secs(approvals.medianMs)}, 90 % at most ${secs(approvals.p90Ms)}, 95 % at most ${secs(approvals.p95Ms)}.`
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table scrolls by keyboard, too */}
      <section className="budget-scroll" tabIndex={0} aria-label="Time budget">
        <table className="budget-table">
          <thead>
            <tr>
              <th scope="col">Server timeout</th>
              <th scope="col">Retries</th>
              <th scope="col">Servers</th>
              <th scope="col">Users have</th>
              <th scope="col">Second server</th>
            </tr>
          </thead>
          <tbody>
            {budget.map((row) => (
              <tr key={`${row.timeoutSecs} ${row.retries} ${row.servers}`}>
                <td>{row.timeoutSecs} s</td>
                <td>{row.retries}</td>
                <td>{row.servers}</td>
                <td>
                  {row.usableSecs} s{row.isCurrent && ' (these values)'}
                  {row.isRecommended && ' (recommended)'}
                </td>
                <td>{row.servers > 1 ? row.secondServer : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Section>
  )
}

function secs(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
