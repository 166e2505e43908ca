import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Moment } from '../parts/moment.tsx'
import { Section } from '../parts/section.tsx'
import type { ProxyDetails, Warning } from './proxy.ts'
import { describeWarning } from './warning_words.ts'
import './proxies.css'

const tones = ['danger', 'warning']

/** What an administrator should look at, each with what to do; nothing if there is nothing. */
export function WarningSection({ proxy }: { readonly proxy: ProxyDetails }) {
  const { warnings, state, last_seen: lastSeen } = proxy
  if (warnings.length === 0 && state === 'connected') return null
  const sorted = warnings
    .map((warning) => ({ warning, ...describeWarning(warning) }))
    .toSorted((one, other) => tones.indexOf(one.tone) - tones.indexOf(other.tone))
  return (
    <Section title="Needs attention">
      <ul className="proxy-warnings" aria-label="Needs attention">
        {state === 'lost' && (
          <Entry tone="danger" title="It does not report any more">
            The last report came <Moment at={lastSeen} />. Check that the proxy runs (
            <code>authproxy --check</code>), and that its machine reaches this service. If you have
            removed it, forget it here.
          </Entry>
        )}
        {sorted.map(({ warning, tone, title, advice }) => {
          return (
            <Entry key={keyOf(warning)} tone={tone} title={title}>
              {advice}
              <div>
                [{warning.section}]
                {warning.last !== null && (
                  <>
                    , most recently <Moment at={warning.last} />
                  </>
                )}
              </div>
            </Entry>
          )
        })}
      </ul>
    </Section>
  )
}

function Entry({
  tone,
  title,
  children,
}: {
  readonly tone: 'danger' | 'warning'
  readonly title: string
  readonly children: ReactNode
}) {
  return (
    <li data-tone={tone}>
      <IconAlertTriangle size={20} aria-hidden />
      <div className="break">
        <b>{title}</b>
        <div className="row-detail">{children}</div>
      </div>
    </li>
  )
}

function keyOf({ kind, section, client }: Warning): string {
  return `${kind} ${section} ${client}`
}
