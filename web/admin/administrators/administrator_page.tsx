import { Button } from '@mantine/core'
import { Outlet, useParams } from '@tanstack/react-router'
import { Failed } from '../../parts/problem.tsx'
import { api, errorMessage } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { DefinitionList } from '../parts/definition_list.tsx'
import { LinkButton } from '../parts/links.tsx'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { Moment } from '../parts/moment.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { RowList } from '../parts/row_list.tsx'
import { Section } from '../parts/section.tsx'
import { useView } from '../parts/view.ts'
import { usePermits } from '../session.ts'
import { type AdministratorDetails, factorWords } from './administrator.ts'
import { AdministratorStatusBadge } from './administrator_status.tsx'
import { EndedSessions } from './ended_sessions.tsx'
import { SessionList } from './session_list.tsx'

const back = { to: '/administrators', label: 'Administrators' }

export function AdministratorPage() {
  const { id = '' } = useParams({ strict: false })
  const path = `administrators/${id}`
  const { data, error, refetch } = useView<AdministratorDetails>(path)
  const mayEdit = usePermits()('administrators.edit')
  const end = useAct({
    run: (sessionId: string | undefined) =>
      api.post(`${path}/sessions/end`, sessionId === undefined ? {} : { session_id: sessionId }),
    changes: [path],
    done: (_, sessionId) => (sessionId === undefined ? 'Sessions ended' : 'Session ended'),
  })
  if (data === undefined) {
    return (
      <>
        <PageHeader title="Administrator" back={back} />
        {error === null ? (
          <LoadingSkeleton h={280} radius="lg" />
        ) : (
          <Failed
            title="The administrator can’t be shown"
            message={errorMessage(error)}
            retry={refetch}
          />
        )}
      </>
    )
  }
  const { sessions, factor_list: factors } = data
  return (
    <>
      <PageHeader
        title={data.name}
        back={back}
        badge={<AdministratorStatusBadge status={data.status} />}
        actions={
          mayEdit && (
            <>
              <LinkButton to={`/${path}/edit`} variant="default">
                Edit
              </LinkButton>
              <LinkButton to={`/${path}/reset`} variant="default">
                {data.status === 'pending_activation' ? 'Invite again' : 'Reset'}
              </LinkButton>
            </>
          )
        }
      />
      <Section title="Account">
        <DefinitionList
          items={[
            ['E-mail address', data.email],
            ['Role', data.role],
            ['Phone', data.phone],
            ['Last sign-in', <Moment key="last" at={data.last_login} />],
            ['Created', <Moment key="created" at={data.created} withDate />],
            ...(data.link_expires === null
              ? []
              : [['Open link expires', <Moment key="link" at={data.link_expires} />] as const]),
          ]}
        />
      </Section>
      <Section title="Second factors">
        <RowList
          label="Second factors"
          none="None. They add one with their link."
          rows={factors.map((factor) => ({
            key: factor.factor_id,
            title: factor.name,
            detail: (
              <>
                {factorWords[factor.kind]} · last used <Moment at={factor.used} none="never" />
                {!factor.usable && ' · can’t be used: the phone, its app or its user has changed'}
              </>
            ),
          }))}
        />
      </Section>
      <Section
        title="Sessions"
        actions={
          mayEdit &&
          sessions.length > 0 && (
            <Button variant="default" loading={end.isPending} onClick={() => end.mutate(undefined)}>
              End all
            </Button>
          )
        }
      >
        <SessionList
          sessions={sessions}
          none="Not signed in."
          onEnd={mayEdit ? end.mutate : undefined}
        />
        <EndedSessions sessions={data.ended_sessions} />
      </Section>
      {mayEdit && (
        <Section
          title="Danger zone"
          description={
            data.status === 'pending_activation'
              ? 'Deleting can’t be undone.'
              : 'Disabling keeps the account and can be undone. Deleting can’t.'
          }
          danger
          actions={
            <>
              {data.status !== 'pending_activation' && (
                <LinkButton
                  to={`/${path}/${data.status === 'active' ? 'disable' : 'enable'}`}
                  variant="default"
                >
                  {data.status === 'active' ? 'Disable' : 'Enable'}
                </LinkButton>
              )}
              <LinkButton to={`/${path}/delete`} color="danger" variant="outline">
                Delete
              </LinkButton>
            </>
          }
        />
      )}
      <Outlet />
    </>
  )
}
