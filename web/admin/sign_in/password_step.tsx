import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Problem } from '../../parts/problem.tsx'
import { api } from '../api.ts'
import { useForm } from '../parts/form.ts'
import { type Session, useSessionChange } from '../session.ts'
import { CannotSignIn } from './cannot_sign_in.tsx'
import { SignInFrame } from './sign_in_frame.tsx'

interface Credentials {
  readonly email: string
  readonly password: string
}

export function PasswordStep({ session }: { readonly session: Session }) {
  const { is } = useSessionChange()
  const signIn = useMutation({
    mutationFn: (credentials: Credentials) => api.post<Session>('sign-in', credentials),
    onSuccess: is,
  })
  const form = useForm<Credentials>({ email: '', password: '' }, signIn)
  return (
    <SignInFrame
      title="Sign in"
      description="For administrators."
      organisation={session.organisation}
    >
      <Stack component="form" gap="md" onSubmit={form.submit}>
        {session.ended === true && (
          <Text fz="sm" role="status" className="sign-in-notice">
            Your session ended. Sign in to go on where you were.
          </Text>
        )}
        <TextInput
          {...form.text('email')}
          size="md"
          label="E-mail address"
          type="email"
          autoComplete="username"
          maxLength={254}
          required
          withAsterisk={false}
          autoFocus
        />
        <PasswordInput
          {...form.text('password')}
          size="md"
          label="Password"
          autoComplete="current-password"
          maxLength={1024}
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        />
        <Problem>{form.problem}</Problem>
        <Button type="submit" size="md" loading={form.isPending}>
          Continue
        </Button>
      </Stack>
      <CannotSignIn label="Can’t sign in?" />
    </SignInFrame>
  )
}
