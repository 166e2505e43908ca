import { Stack } from '@mantine/core'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { UserSelect } from '../parts/user_select.tsx'
import { phoneName } from '../users/user.ts'
import { type PhoneDetails, useShownPhone } from './phone.ts'

export function AttachDialog() {
  const { data: phone } = useShownPhone()
  return phone === undefined ? null : <AttachForm phone={phone} />
}

function AttachForm({ phone }: { readonly phone: PhoneDetails }) {
  const path = `phones/${phone.phone_id}`
  const close = useCloseRoute(`/${path}`)
  const attach = useAct({
    run: (body: { readonly username: string }) => api.post(`${path}/attach`, body),
    changes: ['phones', 'users', 'users-counts'],
    onDone: close,
    done: (_, { username }) => `The phone belongs to ${username}`,
  })
  const form = useForm({ username: '' }, attach)
  return (
    <RouteDialog parent={`/${path}`} title={`Give ${phoneName(phone)} to a user`}>
      <Stack component="form" gap="md" onSubmit={form.submit}>
        <UserSelect
          label="User"
          by="username"
          description="It becomes the last phone in the user’s list."
          value={form.values.username}
          onChange={(username) => form.set('username', username)}
          error={form.error('username')}
        />
        <FormButtons
          form={form}
          action="Give"
          isReady={form.values.username !== ''}
          onCancel={close}
        />
      </Stack>
    </RouteDialog>
  )
}
