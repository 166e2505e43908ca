import { Select, Stack, TextInput } from '@mantine/core'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { phoneName } from '../users/user.ts'
import {
  type Phone,
  type PhoneDetails,
  platformName,
  platformWords,
  typeWords,
  useShownPhone,
} from './phone.ts'
import { PhoneFields } from './phone_fields.tsx'

export function EditDialog() {
  const { data: phone } = useShownPhone()
  return phone === undefined ? null : <EditForm phone={phone} />
}

type Fields = Pick<Phone, 'number' | 'extension' | 'name' | 'type' | 'platform'>

function EditForm({ phone }: { readonly phone: PhoneDetails }) {
  const { phone_id, number, extension, name, type, platform, activated } = phone
  const path = `phones/${phone_id}`
  const close = useCloseRoute(`/${path}`)
  const edit = useAct({
    run: (fields: Fields) => api.patch(path, fields),
    changes: ['phones', 'users'],
    onDone: close,
    done: 'Changes saved',
  })
  const form = useForm<Fields>({ number, extension, name, type, platform }, edit)
  const { values } = form
  return (
    <RouteDialog parent={`/${path}`} title={`Edit ${phoneName(phone)}`}>
      <Stack component="form" gap="md" onSubmit={form.submit}>
        <PhoneFields form={form} />
        <TextInput {...form.text('extension')} label="Extension" maxLength={64} />
        <Select
          label="Type"
          data={Object.entries(typeWords).map(([value, label]) => ({ value, label }))}
          value={values.type}
          onChange={(value) => form.set('type', value ?? '')}
          error={form.error('type')}
          allowDeselect={false}
        />
        <Select
          label="Platform"
          description={activated ? 'The app reports it when it is connected.' : undefined}
          data={platformChoices(platform)}
          value={values.platform}
          onChange={(value) => form.set('platform', value ?? '')}
          error={form.error('platform')}
          allowDeselect={false}
        />
        <FormButtons form={form} action="Save" isReady={form.isDirty} onCancel={close} />
      </Stack>
    </RouteDialog>
  )
}

function platformChoices(current: string) {
  const known = Object.entries(platformWords).map(([value, label]) => ({ value, label }))
  return known.some(({ value }) => value === current)
    ? known
    : [{ value: current, label: platformName(current) }, ...known]
}
