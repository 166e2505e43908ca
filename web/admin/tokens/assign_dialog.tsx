import { Stack } from '@mantine/core'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { UserSelect } from '../parts/user_select.tsx'
import { type TokenDetails, useShownToken } from './token.ts'

export function AssignDialog() {
  const { data: token } = useShownToken()
  return token === undefined ? null : <AssignForm token={token} />
}

function AssignForm({ token: { token_id, serial } }: { readonly token: TokenDetails }) {
  const path = `tokens/${token_id}`
  const close = useCloseRoute(`/${path}`)
  const assign = useAct({
    run: (body: { readonly username: string }) => api.post(`${path}/assign`, body),
    changes: ['tokens', 'users', 'users-counts'],
    onDone: close,
    done: (_, { username }) => `${serial} belongs to ${username}`,
  })
  const form = useForm({ username: '' }, assign)
  return (
    <RouteDialog parent={`/${path}`} title={`Assign ${serial}`}>
      <Stack component="form" gap="md" onSubmit={form.submit}>
        <UserSelect
          label="User"
          by="username"
          value={form.values.username}
          onChange={(username) => form.set('username', username)}
          error={form.error('username') ?? form.error('token')}
        />
        <FormButtons
          form={form}
          action="Assign"
          isReady={form.values.username !== ''}
          onCancel={close}
        />
      </Stack>
    </RouteDialog>
  )
}
