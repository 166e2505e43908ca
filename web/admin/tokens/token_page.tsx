import { Outlet } from '@tanstack/react-router'
import { DefinitionList } from '../parts/definition_list.tsx'
import { LinkButton, TextLink } from '../parts/links.tsx'
import { Moment } from '../parts/moment.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { Section } from '../parts/section.tsx'
import { StatusBadge } from '../parts/status_badge.tsx'
import { UnloadedPage } from '../parts/unloaded_page.tsx'
import { usePermits } from '../session.ts'
import { isApp, kindName, useShownToken } from './token.ts'

const back = { to: '/tokens', label: 'Hardware tokens' }

export function TokenPage() {
  const view = useShownToken()
  const mayEdit = usePermits()('devices.edit')
  const { data: token } = view
  if (token === undefined) {
    return <UnloadedPage title="Token" back={back} failure="The token can’t be shown" view={view} />
  }
  const { token_id, serial, kind, user, app_name, expires } = token
  const path = `/tokens/${token_id}`
  const isHotp = kind.startsWith('hotp')
  return (
    <>
      <PageHeader
        title={serial}
        back={back}
        badge={
          user === null ? (
            <StatusBadge tone="neutral">Unassigned</StatusBadge>
          ) : (
            <StatusBadge tone="success">Assigned</StatusBadge>
          )
        }
        actions={
          mayEdit && (
            <>
              {isHotp && (
                <LinkButton to={`${path}/resync`} variant="default">
                  Resync
                </LinkButton>
              )}
              {!isApp(token) &&
                (user === null ? (
                  <LinkButton to={`${path}/assign`}>Assign</LinkButton>
                ) : (
                  <LinkButton to={`${path}/unassign`} variant="default">
                    Unassign
                  </LinkButton>
                ))}
            </>
          )
        }
      />
      <Section title="Token">
        <DefinitionList
          items={[
            ['Kind', kindName(kind)],
            [
              'User',
              user === null ? null : (
                <TextLink key="user" to={`/users/${user.user_id}`}>
                  {user.username}
                </TextLink>
              ),
            ],
            ...(app_name === null ? [] : [['Authenticator app', app_name] as const]),
            ['Expires', <Moment key="expires" at={expires} />],
            ['Resynchronisation', isHotp ? 'With three codes in a row' : resyncWords(kind)],
          ]}
        />
      </Section>
      {mayEdit && (
        <Section
          title="Danger zone"
          description="The secret of a deleted token is gone. To use the token again, import its file again."
          danger
          actions={
            <LinkButton to={`${path}/delete`} color="danger" variant="outline">
              Delete
            </LinkButton>
          }
        />
      )}
      <Outlet />
    </>
  )
}

function resyncWords(kind: string): string {
  return kind === 'yubikey'
    ? 'Not needed: each passcode contains its counter'
    : 'Not needed: the service follows the clock of the token'
}
