import { Stack } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { Confirm } from '../parts/confirm.tsx'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { UserSelect } from '../parts/user_select.tsx'
import { useView } from '../parts/view.ts'
import type { User } from '../users/user.ts'
import { type GroupDetails, useShownGroup } from './group.ts'

const changes = ['groups', 'users', 'users-counts']

export function AddMemberDialog() {
  const { data: group } = useShownGroup()
  return group === undefined ? null : <AddMemberForm group={group} />
}

function AddMemberForm({ group: { group_id, name } }: { readonly group: GroupDetails }) {
  const path = `groups/${group_id}`
  const close = useCloseRoute(`/${path}`)
  const add = useAct({
    run: (body: { readonly username: string }) => api.post(`${path}/members`, body),
    changes,
    onDone: close,
    done: (_, { username }) => `${username} is in ${name}`,
  })
  const form = useForm({ username: '' }, add)
  return (
    <RouteDialog parent={`/${path}`} title={`Add a member to ${name}`}>
      <Stack component="form" gap="md" onSubmit={form.submit}>
        <UserSelect
          label="User"
          by="username"
          value={form.values.username}
          onChange={(username) => form.set('username', username)}
          error={form.error('username')}
        />
        <FormButtons
          form={form}
          action="Add"
          isReady={form.values.username !== ''}
          onCancel={close}
        />
      </Stack>
    </RouteDialog>
  )
}

export function RemoveMemberDialog() {
  const { data: group } = useShownGroup()
  const { user = '' } = useParams({ strict: false })
  const { data: member } = useView<User>(`users/${user}`)
  return group === undefined ? null : <RemoveMemberForm group={group} member={member} />
}

function RemoveMemberForm({
  group,
  member,
}: {
  readonly group: GroupDetails
  readonly member: User | undefined
}) {
  const path = `groups/${group.group_id}`
  const close = useCloseRoute(`/${path}`)
  const remove = useAct({
    run: (userId: string) => api.delete(`${path}/members/${userId}`),
    changes,
    onDone: close,
    done: 'Removed from the group',
  })
  return (
    <RouteDialog parent={`/${path}`} title={`Remove from ${group.name}`}>
      {member === undefined ? (
        <LoadingSkeleton h={100} />
      ) : (
        <Confirm
          question={`${member.username} leaves the group, and stays a user.`}
          consequences={consequences(group)}
          action="Remove"
          act={remove}
          input={member.user_id}
          onCancel={close}
        />
      )}
    </RouteDialog>
  )
}

function consequences({ status, policies, permitted_in }: GroupDetails): string[] {
  return [
    ...(status === 'bypass' ? ['The bypass of the group no longer applies to them.'] : []),
    ...(status === 'disabled' ? ['The group no longer keeps them from signing in.'] : []),
    ...policies.map(
      ({ policy_name, application }) =>
        `The policy “${policy_name}” in ${application} no longer applies to them.`,
    ),
    ...permitted_in.map(
      ({ application }) =>
        `${application} admits them only if another group of theirs is permitted.`,
    ),
  ]
}
