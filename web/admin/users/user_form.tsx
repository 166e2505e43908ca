import { Group, Stack, TagsInput, Textarea, TextInput } from '@mantine/core'
import type { FormEvent, ReactNode } from 'react'
import type { useForm } from '../parts/form.ts'

export interface UserFields {
  readonly username: string
  readonly realname: string
  readonly email: string
  readonly aliases: readonly string[]
  readonly notes: string
}

const maxAliases = 8

/** The fields of a user, for a new one and for a change. */
export function UserForm({
  form,
  children,
}: {
  readonly form: ReturnType<typeof useForm<UserFields>>
  readonly children: ReactNode
}) {
  return (
    <Stack component="form" gap="md" onSubmit={(event: FormEvent) => form.submit(event)}>
      <TextInput
        {...form.text('username')}
        label="Username"
        description="As they type it when they sign in."
        maxLength={255}
        autoComplete="off"
        spellCheck={false}
        data-autofocus
      />
      <Group grow align="flex-start">
        <TextInput {...form.text('realname')} label="Name" maxLength={255} autoComplete="off" />
        <TextInput
          {...form.text('email')}
          label="E-mail address"
          type="email"
          maxLength={254}
          autoComplete="off"
        />
      </Group>
      <TagsInput
        label="Aliases"
        description={`Other names they sign in with, ${maxAliases} at most. Press Enter after each.`}
        value={[...form.values.aliases]}
        onChange={(aliases) => form.set('aliases', aliases)}
        error={form.error('aliases')}
        maxTags={maxAliases}
      />
      <Textarea
        label="Notes"
        description="Only administrators see them."
        value={form.values.notes}
        onChange={(event) => form.set('notes', event.currentTarget.value)}
        error={form.error('notes')}
        maxLength={4096}
        autosize
        minRows={2}
      />
      {children}
    </Stack>
  )
}
