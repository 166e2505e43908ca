import { useNavigate } from '@tanstack/react-router'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { Confirm } from '../parts/confirm.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { type GroupDetails, membersText, useShownGroup } from './group.ts'

export function DeleteDialog() {
  const { data: group } = useShownGroup()
  return group === undefined ? null : <DeleteForm group={group} />
}

function DeleteForm({ group }: { readonly group: GroupDetails }) {
  const { group_id, name } = group
  const path = `groups/${group_id}`
  const close = useCloseRoute(`/${path}`)
  const navigate = useNavigate()
  const act = useAct({
    run: () => api.delete(path),
    changes: ['groups', 'users', 'users-counts', 'policies', 'applications'],
    onDone: () => navigate({ to: '/groups' }),
    onWaiting: close,
    done: `${name} is deleted`,
  })
  return (
    <RouteDialog parent={`/${path}`} title={`Delete ${name}`}>
      <Confirm
        question="The group can’t be restored."
        consequences={consequences(group)}
        typedName={name}
        action="Delete"
        act={act}
        input={undefined}
        onCancel={close}
      />
    </RouteDialog>
  )
}

function consequences({ members, status, policies, permitted_in }: GroupDetails): string[] {
  return [
    members === 0
      ? 'It has no members.'
      : `${membersText(members)} ${members === 1 ? 'stays a user' : 'stay users'}.`,
    ...(members === 0 || status === 'active' ? [] : [statusEnds[status]]),
    ...policies.map(
      ({ policy_name, application }) =>
        `The policy “${policy_name}” in ${application} no longer applies to them.`,
    ),
    ...permitted_in.map(({ application, groups }) =>
      groups === 1
        ? `${application} admits nobody any more: no other group is permitted.`
        : `${application} admits them only if another group of theirs is permitted.`,
    ),
  ]
}

const statusEnds = {
  bypass: 'They need a second factor again, unless their own status is Bypass.',
  disabled: 'They can sign in again, unless their own status is Disabled.',
} as const
