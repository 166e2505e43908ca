import { DefinitionList } from '../parts/definition_list.tsx'
import { TextLink } from '../parts/links.tsx'
import { Moment } from '../parts/moment.tsx'
import { RowList } from '../parts/row_list.tsx'
import { Section } from '../parts/section.tsx'
import { StatTile } from '../parts/stat_tile.tsx'
import {
  dropWords,
  latencyWords,
  loginWords,
  type ProxyClient,
  type ProxySection,
} from './proxy.ts'
import './proxies.css'

/**
 * A section of `authproxy.cfg`: what it did, and its RADIUS clients.
 *
 * @param props.isCurrent Whether the report is recent enough for numbers of the last hour.
 */
export function ProxySectionCard({
  section,
  isCurrent,
}: {
  readonly section: ProxySection
  readonly isCurrent: boolean
}) {
  const { name, application, integration_key, protocol, port, failmode, logins } = section
  const hidden = section.client_count - section.clients.length
  return (
    <Section title={`[${name}]`} description={`${protocol}, port ${port}`}>
      {isCurrent && <HourTiles section={section} />}
      <DefinitionList
        items={[
          [
            'Application',
            application === null ? (
              'Removed'
            ) : (
              <TextLink key="application" to={`/applications/${integration_key}`}>
                {application}
              </TextLink>
            ),
          ],
          ['Sign-ins since the start', loginWords(logins).join(', ') || 'None'],
          ['The service answers in', latencyWords(section.service_latency)],
          ['A whole sign-in takes', latencyWords(section.login_latency)],
          ['Dropped datagrams', dropWords(section.dropped).join(', ') || 'None'],
          [
            'If the service can’t be reached',
            failmode === 'safe' ? 'People get in (safe)' : 'Sign-ins are denied (secure)',
          ],
        ]}
      />
      <h3 className="proxy-subtitle">RADIUS clients</h3>
      <RowList
        label={`RADIUS clients of ${name}`}
        none="None"
        rows={section.clients.map((client) => ({
          key: client.name,
          title: `${client.addresses} (${client.name})`,
          detail: <ClientDetail client={client} />,
        }))}
      />
      {hidden > 0 && <p className="row-none">{hidden} more, which were not seen lately.</p>}
    </Section>
  )
}

function HourTiles({ section: { logins_hour: hour } }: { readonly section: ProxySection }) {
  return (
    <div className="proxy-tiles">
      <StatTile label="Accepted" value={hour.accept} detail="in the last hour" />
      <StatTile label="Denied" value={hour.reject + hour.fail_closed} detail="in the last hour" />
      {hour.challenge > 0 && (
        <StatTile label="Asked for more" value={hour.challenge} detail="in the last hour" />
      )}
      <StatTile
        label="Without a second factor"
        value={hour.fail_open}
        detail="by failmode=safe"
        {...(hour.fail_open > 0 ? { tone: 'danger' as const } : {})}
      />
    </div>
  )
}

function ClientDetail({
  client: { requests, unsigned, last_address: address, last_seen: lastSeen, addresses },
}: {
  readonly client: ProxyClient
}) {
  if (requests === 0) return 'No request since the proxy started'
  return (
    <>
      {requests.toLocaleString()} {requests === 1 ? 'request' : 'requests'}
      {unsigned > 0 && `, ${unsigned.toLocaleString()} without Message-Authenticator`}
      {', the last one '}
      <Moment at={lastSeen} />
      {address !== null && address !== addresses && ` from ${address}`}
    </>
  )
}
