import { Stack, TextInput } from '@mantine/core'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import type { Administrator } from './administrator.ts'
import { RoleSelect } from './role_select.tsx'
import { useShownAdministrator } from './shown_administrator.ts'

export function EditDialog() {
  const administrator = useShownAdministrator()
  return administrator === undefined ? null : <EditForm administrator={administrator} />
}

function EditForm({ administrator }: { readonly administrator: Administrator }) {
  const { admin_id, name, email, phone, role } = administrator
  const parent = `/administrators/${admin_id}`
  const close = useCloseRoute(parent)
  const edit = useAct({
    run: (change: Readonly<Record<'name' | 'email' | 'phone' | 'role', string>>) =>
      api.patch(`administrators/${admin_id}`, change),
    changes: ['administrators'],
    onDone: close,
    onWaiting: close,
    done: 'Changes saved',
  })
  const form = useForm({ name, email, phone, role }, edit)
  return (
    <RouteDialog parent={parent} title={`Edit ${name}`}>
      <Stack component="form" gap="md" onSubmit={form.submit}>
        <TextInput {...form.text('name')} label="Name" maxLength={100} data-autofocus />
        <TextInput
          {...form.text('email')}
          label="E-mail address"
          description="They sign in with it."
          type="email"
          maxLength={254}
        />
        <TextInput {...form.text('phone')} label="Phone" maxLength={32} type="tel" />
        <RoleSelect
          value={form.values.role}
          error={form.error('role')}
          onChange={(chosen) => form.set('role', chosen)}
        />
        <FormButtons form={form} action="Save" isReady={form.isDirty} onCancel={close} />
      </Stack>
    </RouteDialog>
  )
}
