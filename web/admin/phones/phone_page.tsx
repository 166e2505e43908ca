import { Outlet } from '@tanstack/react-router'
import { DefinitionList } from '../parts/definition_list.tsx'
import { LinkButton, TextLink } from '../parts/links.tsx'
import { Moment } from '../parts/moment.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { Section } from '../parts/section.tsx'
import { UnloadedPage } from '../parts/unloaded_page.tsx'
import { usePermits } from '../session.ts'
import { phoneName } from '../users/user.ts'
import { AppBadge } from './app_badge.tsx'
import {
  capabilityWords,
  numberText,
  type PhoneDetails,
  platformName,
  typeWords,
  useShownPhone,
} from './phone.ts'

const back = { to: '/phones', label: '2FA devices' }

export function PhonePage() {
  const view = useShownPhone()
  const mayEdit = usePermits()('devices.edit')
  const { data: phone } = view
  if (phone === undefined) {
    return (
      <UnloadedPage title="Device" back={back} failure="The device can’t be shown" view={view} />
    )
  }
  const path = `/phones/${phone.phone_id}`
  return (
    <>
      <PageHeader
        title={phoneName(phone)}
        back={back}
        badge={<AppBadge activated={phone.activated} />}
        actions={
          mayEdit && (
            <>
              <LinkButton to={`${path}/edit`} variant="default">
                Edit
              </LinkButton>
              {phone.user === null ? (
                <LinkButton to={`${path}/attach`}>Give it to a user</LinkButton>
              ) : (
                <LinkButton to={`${path}/activate`}>
                  {phone.activated ? 'Reconnect the app' : 'Connect the app'}
                </LinkButton>
              )}
            </>
          )
        }
      />
      <DeviceSection phone={phone} />
      <UseSection phone={phone} />
      {mayEdit && (
        <Section
          title="Danger zone"
          description="For a phone that was lost, replaced, or changes its user."
          danger
          actions={
            <>
              {phone.user !== null && (
                <LinkButton to={`${path}/detach`} color="danger" variant="outline">
                  Detach from the user
                </LinkButton>
              )}
              <LinkButton to={`${path}/remove`} color="danger" variant="outline">
                Remove
              </LinkButton>
            </>
          }
        />
      )}
      <Outlet />
    </>
  )
}

function DeviceSection({ phone }: { readonly phone: PhoneDetails }) {
  const { user, name, type, platform, position, created } = phone
  return (
    <Section title="Device">
      <DefinitionList
        items={[
          [
            'User',
            user !== null && <TextLink to={`/users/${user.user_id}`}>{user.username}</TextLink>,
          ],
          ['Number', numberText(phone)],
          ['Name', name],
          ['Type', typeWords[type] ?? type],
          ['Platform', platformName(platform)],
          [
            'Place in the list of the user',
            position !== null &&
              (position === 1
                ? '1, so it is asked first'
                : `${position}: “push${position}” or “phone${position}” at sign-in`),
          ],
          ['Added', <Moment key="created" at={created} withDate />],
        ].map(([term, value]) => [String(term), value === false ? null : value] as const)}
      />
    </Section>
  )
}

function UseSection({
  phone: { app, seen, capabilities, user },
}: {
  readonly phone: PhoneDetails
}) {
  return (
    <Section title="Use">
      <DefinitionList
        items={[
          [
            'Can be used for',
            capabilities.length === 0
              ? user === null
                ? 'Nothing until it has a user'
                : 'Nothing yet: connect the app, or add a number'
              : capabilities.map((each) => capabilityWords[each]).join(', '),
          ],
          [
            'App',
            app === null ? (
              'Not connected'
            ) : (
              <>
                Connected <Moment at={app.activated} />
              </>
            ),
          ],
          ...(app === null
            ? []
            : ([
                ['App last seen', <Moment key="seen" at={seen} />],
                [
                  'Notifications',
                  app.wakes
                    ? 'On: a push wakes the phone'
                    : 'Off: the user has to open the app to see a push',
                ],
              ] as const)),
        ]}
      />
    </Section>
  )
}
