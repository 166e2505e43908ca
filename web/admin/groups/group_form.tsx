import { Stack, Textarea, TextInput } from '@mantine/core'
import type { FormEvent, ReactNode } from 'react'
import type { useForm } from '../parts/form.ts'

export interface GroupFields {
  readonly name: string
  readonly description: string
}

const maxName = 100
const maxDescription = 200

/** The fields of a group, for a new one and for a change. */
export function GroupForm({
  form,
  children,
}: {
  readonly form: ReturnType<typeof useForm<GroupFields>>
  readonly children: ReactNode
}) {
  return (
    <Stack component="form" gap="md" onSubmit={(event: FormEvent) => form.submit(event)}>
      <TextInput
        {...form.text('name')}
        label="Name"
        maxLength={maxName}
        autoComplete="off"
        data-autofocus
      />
      <Textarea
        label="Description"
        description="What the group is for. Only administrators see it."
        value={form.values.description}
        onChange={(event) => form.set('description', event.currentTarget.value)}
        error={form.error('description')}
        maxLength={maxDescription}
        autosize
        minRows={2}
      />
      {children}
    </Stack>
  )
}
