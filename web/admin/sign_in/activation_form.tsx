import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Problem } from '../../parts/problem.tsx'
import { api } from '../api.ts'
import { useForm } from '../parts/form.ts'
import { type Session, useSessionChange } from '../session.ts'
import type { OpenedLink } from './link_code.ts'

/** Uses a one-time link up: who the owner is, the password; a second factor is the next step. */
export function ActivationForm({
  code,
  link,
}: {
  readonly code: string
  readonly link: OpenedLink
}) {
  const { is } = useSessionChange()
  const navigate = useNavigate()
  const activate = useMutation({
    mutationFn: ({
      name,
      email,
      password,
    }: Readonly<Record<'name' | 'email' | 'password', string>>) =>
      api.post<Session>('activation', {
        code,
        password,
        ...(link.kind === 'owner' ? { name, email } : {}),
      }),
    onSuccess: async (session) => {
      await navigate({ to: '/' })
      is(session)
    },
  })
  const form = useForm({ name: '', email: link.email ?? '', password: '' }, activate)
  const isOwner = link.kind === 'owner'
  const isPresent = link.kind === 'factors'
  return (
    <Stack component="form" gap="md" onSubmit={form.submit}>
      {isOwner ? (
        <>
          <TextInput
            {...form.text('name')}
            size="md"
            label="Your name"
            autoComplete="name"
            maxLength={100}
            required
            withAsterisk={false}
            autoFocus
          />
          <TextInput
            {...form.text('email')}
            size="md"
            label="E-mail address"
            description="You sign in with it."
            type="email"
            autoComplete="username"
            maxLength={254}
            required
            withAsterisk={false}
          />
        </>
      ) : (
        <Text fz="sm">
          {link.name}, <b className="break">{link.email}</b>
          {/* for password managers */}
          <input type="hidden" autoComplete="username" value={link.email ?? ''} />
        </Text>
      )}
      <PasswordInput
        {...form.text('password')}
        size="md"
        label={isPresent ? 'Password' : 'New password'}
        description={
          isPresent ? undefined : 'Long is better than complicated: four random words, for example.'
        }
        autoComplete={isPresent ? 'current-password' : 'new-password'}
        maxLength={1024}
        required
        withAsterisk={false}
        visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
      />
      <Problem>{form.problem}</Problem>
      <Button type="submit" size="md" loading={form.isPending}>
        Continue
      </Button>
      <Text fz="sm" c="dimmed">
        {link.kind === 'password'
          ? 'Next, you confirm it with your second factor.'
          : 'Next, you add a second factor.'}
      </Text>
    </Stack>
  )
}
