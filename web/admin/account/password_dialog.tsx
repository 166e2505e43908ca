import { PasswordInput, Stack } from '@mantine/core'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'

const parent = '/account'
const toggle = { 'aria-label': 'Show the password' }

export function PasswordDialog() {
  const close = useCloseRoute(parent)
  const change = useAct({
    run: (body: { readonly present: string; readonly next: string }) =>
      api.post('profile/password', body),
    changes: ['profile'],
    onDone: close,
    done: 'Password changed; your other sessions ended',
  })
  const form = useForm({ present: '', next: '' }, change)
  const { present, next } = form.values
  return (
    <RouteDialog parent={parent} title="Change your password">
      <Stack component="form" gap="md" onSubmit={form.submit}>
        <PasswordInput
          {...form.text('present')}
          label="Present password"
          autoComplete="current-password"
          maxLength={1024}
          visibilityToggleButtonProps={toggle}
          data-autofocus
        />
        <PasswordInput
          {...form.text('next')}
          label="New password"
          description="Long is better than complicated: four random words, for example."
          autoComplete="new-password"
          maxLength={1024}
          error={form.error('next') ?? form.error('password')}
          visibilityToggleButtonProps={toggle}
        />
        <FormButtons
          form={form}
          action="Change"
          isReady={present !== '' && next !== ''}
          onCancel={close}
        />
      </Stack>
    </RouteDialog>
  )
}
