import { Paper } from '@mantine/core'
import type { ProxyStatus } from '../../../src/manager/editor/page_api.ts'
import { formatMoment } from './time_text.ts'

type Section = ProxyStatus['sections'][number]
type Client = Section['clients'][number]

const apiWords = { usable: 'usable', unusable: 'not usable', unknown: 'not checked yet' } as const

/** One server section: where it listens, its API, its clients. */
export function SectionCard({ section }: { readonly section: Section }) {
  const { logins } = section
  return (
    <Paper className="section-card">
      <div className="section-card-head">
        <h3>[{section.name}]</h3>
        <span className="pill" data-state={section.listening ? 'running' : 'stopped'}>
          {section.listening ? 'Listens' : 'Does not listen'}
        </span>
      </div>
      <p className="dim">
        {section.protocol}, {section.address}:{section.port} · API {section.api}:{' '}
        {apiWords[section.api_state]} · failmode {section.failmode}
      </p>
      {section.api_problem !== undefined && <p className="tone-danger">{section.api_problem}</p>}
      <p>
        {section.pending} pending, {logins.accept} accepted, {logins.reject} rejected,{' '}
        {logins.challenge} challenged; while the API was down, {logins.fail_open} let in and{' '}
        {logins.fail_closed} rejected
      </p>
      {section.last_fail_open_at !== undefined && (
        <p className="tone-warning">
          Last let in without the second factor: {formatMoment(section.last_fail_open_at)}
        </p>
      )}
      <div className="clients">
        <table>
          <caption className="visually-hidden">RADIUS clients of [{section.name}]</caption>
          <thead>
            <tr>
              <th scope="col">RADIUS client</th>
              <th scope="col">Requests</th>
              <th scope="col">Message-Authenticator</th>
            </tr>
          </thead>
          <tbody>
            {section.clients.map((client) => (
              <ClientRow key={client.name} client={client} />
            ))}
          </tbody>
        </table>
      </div>
    </Paper>
  )
}

function ClientRow({ client }: { readonly client: Client }) {
  const { previous_secret: previous } = client
  return (
    <tr>
      <td>
        <b>{client.addresses}</b>
        <small>{client.name}</small>
        {previous !== undefined && (
          <small>
            {previous.requests === 0
              ? 'nobody uses the previous secret'
              : `${previous.requests} requests with the previous secret, the last from ${previous.last_address}`}
          </small>
        )}
      </td>
      <td>
        {client.requests}
        {client.last_request_at !== undefined && (
          <small>last {formatMoment(client.last_request_at)}</small>
        )}
      </td>
      <td>{describeAuthenticator(client.message_authenticator)}</td>
    </tr>
  )
}

function describeAuthenticator({
  policy,
  unsigned,
  latched,
}: Client['message_authenticator']): string {
  if (policy === 'required') return 'required'
  if (policy === 'off') return `not required; ${unsigned} requests had none`
  const found = unsigned === 0 ? 'no request was without one' : `${unsigned} requests had none`
  return latched > 0
    ? `required now from ${latched === 1 ? 'one address' : `${latched} addresses`}; ${found}`
    : `not required yet; ${found}`
}
