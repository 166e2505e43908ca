import { Checkbox } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { notify } from '../../parts/notify.ts'
import { api, errorMessage } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { usePermits } from '../session.ts'
import type { User } from './user.ts'
import { type UserFields, UserForm } from './user_form.tsx'

const parent = '/users'
const empty: UserFields = { username: '', realname: '', email: '', aliases: [], notes: '' }

export function AddDialog() {
  const close = useCloseRoute(parent)
  const navigate = useNavigate()
  const mayInvite = usePermits()('users.invite')
  const [invites, setInvites] = useState(true)
  const add = useAct({
    run: (fields: UserFields) => api.post<User>('users', fields),
    changes: ['users', 'users-counts'],
    done: ({ username }) => `${username} is added`,
    onDone: async ({ user_id, email }) => {
      if (invites && mayInvite && email !== '') {
        await api.post(`users/${user_id}/invite`).then(
          () => notify(`Invitation sent to ${email}`),
          (error: unknown) => notify(`No invitation was sent. ${errorMessage(error)}`, 'danger'),
        )
      }
      await navigate({ to: `/users/${user_id}` })
    },
  })
  const form = useForm(empty, add)
  const { username, email } = form.values
  return (
    <RouteDialog parent={parent} title="Add a user" size={560}>
      <UserForm form={form}>
        {mayInvite && (
          <Checkbox
            label="Mail a link to set up their first device"
            description={email.trim() === '' ? 'Needs an e-mail address.' : undefined}
            checked={invites && email.trim() !== ''}
            disabled={email.trim() === ''}
            onChange={(event) => setInvites(event.currentTarget.checked)}
          />
        )}
        <FormButtons form={form} action="Add" isReady={username.trim() !== ''} onCancel={close} />
      </UserForm>
    </RouteDialog>
  )
}
