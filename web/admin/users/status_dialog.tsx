import { Stack } from '@mantine/core'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { useShownUser } from './shown_user.ts'
import { type ChosenStatus, StatusChoice, toStatusChange } from './status_choice.tsx'
import type { User } from './user.ts'

export function StatusDialog() {
  const user = useShownUser()
  return user === undefined ? null : <StatusForm user={user} />
}

function StatusForm({ user: { user_id, username, status } }: { readonly user: User }) {
  const parent = `/users/${user_id}`
  const close = useCloseRoute(parent)
  const act = useAct({
    run: (chosen: ChosenStatus) => api.patch(`users/${user_id}`, toStatusChange(chosen)),
    changes: ['users', 'users-counts'],
    onDone: close,
    onWaiting: close,
    done: 'Status changed',
  })
  const initial = status === 'bypass' || status === 'disabled' ? status : 'active'
  const form = useForm<ChosenStatus>({ chosen: initial, period: '24' }, act)
  return (
    <RouteDialog parent={parent} title={`Status of ${username}`}>
      <Stack component="form" gap="md" onSubmit={form.submit}>
        <StatusChoice
          form={form}
          warning={`Anyone who knows the password of ${username} gets in while this lasts.`}
        />
        <FormButtons form={form} action="Save" isReady={form.isDirty} onCancel={close} />
      </Stack>
    </RouteDialog>
  )
}
