import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { useShownUser } from './shown_user.ts'
import type { User } from './user.ts'
import { type UserFields, UserForm } from './user_form.tsx'

export function EditDialog() {
  const user = useShownUser()
  return user === undefined ? null : <EditForm user={user} />
}

function EditForm({ user }: { readonly user: User }) {
  const { user_id, username, realname, email, aliases, notes } = user
  const parent = `/users/${user_id}`
  const close = useCloseRoute(parent)
  const edit = useAct({
    run: (fields: UserFields) => api.patch(`users/${user_id}`, fields),
    changes: ['users'],
    onDone: close,
    done: 'Changes saved',
  })
  const form = useForm<UserFields>({ username, realname, email, aliases, notes }, edit)
  return (
    <RouteDialog parent={parent} title={`Edit ${username}`} size={560}>
      <UserForm form={form}>
        <FormButtons form={form} action="Save" isReady={form.isDirty} onCancel={close} />
      </UserForm>
    </RouteDialog>
  )
}
