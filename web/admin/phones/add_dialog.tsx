import { Stack } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { UserSelect } from '../parts/user_select.tsx'
import type { Phone } from './phone.ts'
import { PhoneFields } from './phone_fields.tsx'

const parent = '/phones'

interface NewPhone {
  readonly user: string
  readonly number: string
  readonly name: string
}

export function AddDialog() {
  const close = useCloseRoute(parent)
  const navigate = useNavigate()
  const add = useAct({
    run: ({ user, ...phone }: NewPhone) => api.post<Phone>(`users/${user}/phones`, phone),
    changes: ['phones', 'users', 'users-counts'],
    onDone: ({ phone_id }) => navigate({ to: `/phones/${phone_id}` }),
    done: 'The phone is added',
  })
  const form = useForm<NewPhone>({ user: '', number: '', name: '' }, add)
  const { user, number, name } = form.values
  return (
    <RouteDialog parent={parent} title="Add a phone">
      <Stack component="form" gap="md" onSubmit={form.submit}>
        <UserSelect
          label="User"
          by="user_id"
          value={user}
          onChange={(chosen) => form.set('user', chosen)}
        />
        <PhoneFields form={form} />
        <FormButtons
          form={form}
          action="Add"
          isReady={user !== '' && (number.trim() !== '' || name.trim() !== '')}
          onCancel={close}
        />
      </Stack>
    </RouteDialog>
  )
}
