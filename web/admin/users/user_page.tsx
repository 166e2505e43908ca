import { Alert, Tabs } from '@mantine/core'
import { IconLock, IconTrash } from '@tabler/icons-react'
import { Outlet, useParams } from '@tanstack/react-router'
import { Failed } from '../../parts/problem.tsx'
import { api, errorMessage } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { ActButton } from '../parts/act_button.tsx'
import { LinkButton } from '../parts/links.tsx'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { dateAndTime } from '../parts/moment.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { useUrlState } from '../parts/url_state.ts'
import { useView } from '../parts/view.ts'
import { usePermits } from '../session.ts'
import { DangerSection } from './danger_section.tsx'
import { DeviceSections } from './device_sections.tsx'
import { ExplainTab } from './explain_tab.tsx'
import { SummarySection } from './summary_section.tsx'
import { TimelineTab } from './timeline_tab.tsx'
import { isLocked, type User } from './user.ts'
import { UserStatusBadge } from './user_status.tsx'

const back = { to: '/users', label: 'Users' }

export function UserPage() {
  const { id = '' } = useParams({ strict: false })
  const { data: user, error, refetch } = useView<User>(`users/${id}`)
  const permits = usePermits()
  const { values, change } = useUrlState()
  if (user === undefined) {
    return (
      <>
        <PageHeader title="User" back={back} />
        {error === null ? (
          <LoadingSkeleton h={320} radius="lg" />
        ) : (
          <Failed title="The user can’t be shown" message={errorMessage(error)} retry={refetch} />
        )}
      </>
    )
  }
  const path = `/users/${id}`
  const mayAct = user.trashed === null
  return (
    <>
      <PageHeader
        title={user.username}
        description={user.realname === '' ? undefined : user.realname}
        back={back}
        badge={<UserStatusBadge user={user} />}
        actions={
          mayAct && (
            <>
              {permits('users.edit') && (
                <LinkButton to={`${path}/edit`} variant="default">
                  Edit
                </LinkButton>
              )}
              {permits('users.edit') && !isLocked(user) && (
                <LinkButton to={`${path}/lock`} variant="default">
                  Lock
                </LinkButton>
              )}
              {permits('users.invite') && (
                <LinkButton to={`${path}/invite`}>
                  {user.enrolled ? 'Send a device link' : 'Invite'}
                </LinkButton>
              )}
            </>
          )
        }
      />
      <UserAlerts user={user} />
      <Tabs
        value={values.tab ?? 'overview'}
        onChange={(tab) => change({ tab: tab === 'overview' ? undefined : (tab ?? undefined) })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="overview">Overview</Tabs.Tab>
          {permits('logs.view') && <Tabs.Tab value="timeline">Timeline</Tabs.Tab>}
          <Tabs.Tab value="explain">Explain</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="overview">
          <SummarySection user={user} />
          <DeviceSections user={user} />
          {permits('users.create') && mayAct && <DangerSection user={user} />}
        </Tabs.Panel>
        <Tabs.Panel value="timeline">
          <TimelineTab userId={id} />
        </Tabs.Panel>
        <Tabs.Panel value="explain">
          <ExplainTab userId={id} />
        </Tabs.Panel>
      </Tabs>
      <Outlet />
    </>
  )
}

/** What keeps the user from signing in, with the way out. */
function UserAlerts({ user }: { readonly user: User }) {
  const { user_id, username, trashed, lock } = user
  const permits = usePermits()
  const unlock = useAct({
    run: () => api.post(`users/${user_id}/unlock`),
    changes: ['users', 'users-counts'],
    done: `${username} is unlocked`,
  })
  const restore = useAct({
    run: () => api.post(`users/${user_id}/restore`),
    changes: ['users', 'users-counts'],
    done: `${username} is restored`,
  })
  if (trashed !== null) {
    return (
      <Alert
        color="warning"
        mb="md"
        icon={<IconTrash aria-hidden />}
        title={`In the trash, removed by ${trashed.by}`}
      >
        <p>
          {username} can’t sign in. On {dateAndTime(trashed.deleted_after)} the user is deleted for
          good.
        </p>
        {permits('users.create') && <ActButton label="Restore" act={restore} />}
      </Alert>
    )
  }
  if (!isLocked(user)) return null
  return (
    <Alert
      color="danger"
      mb="md"
      icon={<IconLock aria-hidden />}
      title={lock.until === null ? 'Locked by an administrator' : 'Locked after failed attempts'}
    >
      <p>
        {lock.until === null
          ? `${username} can’t sign in until an administrator unlocks them.`
          : `${lock.failed} failed attempts. The lock ends on ${dateAndTime(lock.until)}.`}
      </p>
      {permits('users.unlock') && <ActButton label="Unlock" act={unlock} />}
    </Alert>
  )
}
