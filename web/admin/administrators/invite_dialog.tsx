import { Stack, TextInput } from '@mantine/core'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import type { DeliveredLink } from './administrator.ts'
import { DeliveredLinkStep } from './delivered_link.tsx'
import { RoleSelect } from './role_select.tsx'

const parent = '/administrators'

export function InviteDialog() {
  const close = useCloseRoute(parent)
  const invite = useAct({
    run: (body: { readonly name: string; readonly email: string; readonly role: string }) =>
      api.post<DeliveredLink>('administrators', body),
    changes: ['administrators'],
    onWaiting: close,
  })
  const form = useForm({ name: '', email: '', role: 'Read-only' }, invite)
  const { name, email, role } = form.values
  return (
    <RouteDialog parent={parent} title="Invite an administrator">
      {invite.data === undefined ? (
        <Stack component="form" gap="md" onSubmit={form.submit}>
          <TextInput
            {...form.text('name')}
            label="Name"
            maxLength={100}
            autoComplete="off"
            data-autofocus
          />
          <TextInput
            {...form.text('email')}
            label="E-mail address"
            description="They sign in with it."
            type="email"
            maxLength={254}
            autoComplete="off"
          />
          <RoleSelect
            value={role}
            error={form.error('role')}
            onChange={(chosen) => form.set('role', chosen)}
          />
          <FormButtons
            form={form}
            action="Invite"
            isReady={name.trim() !== '' && email.trim() !== ''}
            onCancel={close}
          />
        </Stack>
      ) : (
        <DeliveredLinkStep
          delivered={invite.data}
          purpose="With it, they choose a password and add a second factor."
          onClose={close}
        />
      )}
    </RouteDialog>
  )
}
