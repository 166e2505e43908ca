import { useNavigate } from '@tanstack/react-router'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { Confirm } from '../parts/confirm.tsx'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { useView } from '../parts/view.ts'
import { useShownUser } from './shown_user.ts'
import type { User } from './user.ts'

interface Removal {
  readonly phones: number
  readonly push_phones: number
  readonly tokens_returned: number
  readonly passkeys: number
  readonly bypass_codes: number
  readonly groups: readonly string[]
  readonly sessions: number
  readonly log_rows: number
  readonly days: number
}

export function RemoveDialog() {
  const user = useShownUser()
  return user === undefined ? null : <RemoveForm user={user} />
}

function RemoveForm({ user: { user_id, username } }: { readonly user: User }) {
  const parent = `/users/${user_id}`
  const close = useCloseRoute(parent)
  const navigate = useNavigate()
  const { data: removal } = useView<Removal>(`users/${user_id}/removal`)
  const act = useAct({
    run: () => api.post(`users/${user_id}/trash`, { username }),
    changes: ['users', 'users-counts'],
    onDone: () => navigate({ to: '/users' }),
    onWaiting: close,
    done: `${username} is in the trash`,
  })
  return (
    <RouteDialog parent={parent} title={`Remove ${username}`}>
      {removal === undefined ? (
        <LoadingSkeleton h={160} />
      ) : (
        <Confirm
          question={`${username} can’t sign in from now on. For ${removal.days} days you can restore the user with everything; then this is deleted for good:`}
          consequences={consequences(removal)}
          typedName={username}
          action="Remove"
          act={act}
          input={undefined}
          onCancel={close}
        />
      )}
    </RouteDialog>
  )
}

function consequences(removal: Removal): string[] {
  const counted: readonly (readonly [number, string, string])[] = [
    [removal.phones, 'phone', 'phones'],
    [removal.passkeys, 'passkey', 'passkeys'],
    [removal.bypass_codes, 'bypass code', 'bypass codes'],
    [removal.sessions, 'open session in the portal', 'open sessions in the portal'],
  ]
  return [
    ...counted.flatMap(([count, one, many]) =>
      count === 0 ? [] : [`${count} ${count === 1 ? one : many}`],
    ),
    ...(removal.tokens_returned === 0
      ? []
      : [`${removal.tokens_returned} hardware tokens become free for others`]),
    ...(removal.groups.length === 0
      ? []
      : [`Membership in ${removal.groups.slice(0, 5).join(', ')}`]),
    `${removal.log_rows} log entries are kept`,
  ]
}
