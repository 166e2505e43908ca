import { Button, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { CodeInput } from '../../parts/code_input.tsx'
import { Problem } from '../../parts/problem.tsx'
import { api } from '../api.ts'
import { useForm } from '../parts/form.ts'
import type { Session } from '../session.ts'

/** Asks for a passcode of an authenticator app. */
export function TotpForm({
  path,
  action,
  isFirst,
  onDone,
}: {
  readonly path: 'sign-in' | 'step-up'
  readonly action: string
  /** Takes the focus. */
  readonly isFirst: boolean
  readonly onDone: (session: Session) => void
}) {
  const field = useRef<HTMLInputElement>(null)
  const check = useMutation({
    mutationFn: (body: { readonly passcode: string }) => api.post<Session>(`${path}/totp`, body),
    onSuccess: onDone,
  })
  const form = useForm({ passcode: '' }, check)
  useEffect(() => {
    if (isFirst) field.current?.focus()
  }, [isFirst])
  return (
    <Stack component="form" gap="md" onSubmit={form.submit}>
      <CodeInput
        ref={field}
        label="Passcode"
        description="From your authenticator app"
        digits={6}
        value={form.values.passcode}
        onChange={(value) => form.set('passcode', value)}
        error={form.error('passcode')}
      />
      <Problem>{form.problem}</Problem>
      <Button
        type="submit"
        size="md"
        loading={form.isPending}
        disabled={form.values.passcode.trim() === ''}
      >
        {action}
      </Button>
    </Stack>
  )
}
