import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { Confirm } from '../parts/confirm.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { useShownUser } from './shown_user.ts'
import type { User } from './user.ts'

/** On the page of invitations. */
export function RevokeListedDialog() {
  const user = useShownUser()
  return user === undefined ? null : <RevokeForm user={user} parent="/users/invitations" />
}

/** On the page of the user. */
export function RevokeDialog() {
  const user = useShownUser()
  return user === undefined ? null : <RevokeForm user={user} parent={`/users/${user.user_id}`} />
}

function RevokeForm({
  user: { user_id, username },
  parent,
}: {
  readonly user: User
  readonly parent: string
}) {
  const close = useCloseRoute(parent)
  const revoke = useAct({
    run: () => api.delete(`users/${user_id}/invitation`),
    changes: ['invitations', 'users', 'users-counts'],
    onDone: close,
    done: `The invitation of ${username} is revoked`,
  })
  return (
    <RouteDialog parent={parent} title={`Revoke the invitation of ${username}`}>
      <Confirm
        question="The link that was sent stops working at once."
        consequences={['No reminder is sent.', 'You can invite the user again at any time.']}
        action="Revoke"
        act={revoke}
        input={undefined}
        onCancel={close}
      />
    </RouteDialog>
  )
}
