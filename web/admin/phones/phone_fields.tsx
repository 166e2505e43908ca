import { TextInput } from '@mantine/core'
import type { useForm } from '../parts/form.ts'

/** Number and name of a phone. */
export function PhoneFields({
  form,
}: {
  readonly form: {
    readonly text: (name: 'number' | 'name') => ReturnType<ReturnType<typeof useForm>['text']>
  }
}) {
  return (
    <>
      <TextInput
        {...form.text('number')}
        label="Number"
        description="For SMS and calls, in international form. Leave it empty for a tablet."
        placeholder="+12025550143"
        type="tel"
        maxLength={32}
        data-autofocus
      />
      <TextInput
        {...form.text('name')}
        label="Name"
        description="How the user knows it, such as “Work phone”."
        maxLength={64}
      />
    </>
  )
}
