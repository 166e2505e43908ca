import { Stack } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { ActivationDialog } from '../phones/activation.tsx'
import { PhoneFields } from '../phones/phone_fields.tsx'
import { RemovalDialog } from '../phones/removal.tsx'

export function AddPhoneDialog() {
  const { id = '' } = useParams({ strict: false })
  const parent = `/users/${id}`
  const close = useCloseRoute(parent)
  const add = useAct({
    run: (phone: { readonly number: string; readonly name: string }) =>
      api.post(`users/${id}/phones`, phone),
    changes: ['users', 'users-counts', 'phones'],
    onDone: close,
    done: 'The phone is added',
  })
  const form = useForm({ number: '', name: '' }, add)
  const { number, name } = form.values
  return (
    <RouteDialog parent={parent} title="Add a phone">
      <Stack component="form" gap="md" onSubmit={form.submit}>
        <PhoneFields form={form} />
        <FormButtons
          form={form}
          action="Add"
          isReady={number.trim() !== '' || name.trim() !== ''}
          onCancel={close}
        />
      </Stack>
    </RouteDialog>
  )
}

export function ActivateDialog() {
  const { id = '', phone = '' } = useParams({ strict: false })
  return <ActivationDialog phoneId={phone} parent={`/users/${id}`} />
}

export function RemovePhoneDialog() {
  const { id = '', phone = '' } = useParams({ strict: false })
  const parent = `/users/${id}`
  const close = useCloseRoute(parent)
  return <RemovalDialog phoneId={phone} parent={parent} onRemoved={close} />
}
