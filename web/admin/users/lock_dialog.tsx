import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { Confirm } from '../parts/confirm.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { useShownUser } from './shown_user.ts'
import type { User } from './user.ts'

export function LockDialog() {
  const user = useShownUser()
  return user === undefined ? null : <LockForm user={user} />
}

function LockForm({ user: { user_id, username } }: { readonly user: User }) {
  const parent = `/users/${user_id}`
  const close = useCloseRoute(parent)
  const act = useAct({
    run: () => api.post(`users/${user_id}/lock`),
    changes: ['users', 'users-counts'],
    onDone: close,
    done: `${username} is locked`,
  })
  return (
    <RouteDialog parent={parent} title={`Lock ${username}`}>
      <Confirm
        question={`${username} can’t sign in until an administrator unlocks them.`}
        consequences={['A sign-in that waits for an answer is denied.', 'Devices are kept.']}
        action="Lock"
        act={act}
        input={undefined}
        onCancel={close}
      />
    </RouteDialog>
  )
}
