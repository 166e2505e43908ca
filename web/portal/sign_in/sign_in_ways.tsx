import { Anchor, Button, Divider, Paper, Stack, Text } from '@mantine/core'
import { browserSupportsWebAuthn } from '@simplewebauthn/browser'
import { IconDeviceMobile, IconFingerprint, IconMessage } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { CodeInput } from '../../parts/code_input.tsx'
import { Frame } from '../../parts/frame.tsx'
import { PageTitle } from '../../parts/page_title.tsx'
import { Problem } from '../../parts/problem.tsx'
import { errorMessage, portal, type Session } from '../api.ts'
import { useSessionChange } from '../session.ts'
import { usePasskeySignIn } from './passkey_sign_in.ts'
import { PushWait } from './push_wait.tsx'

/**
 * The second factor of the portal sign-in. All users see the same methods: their devices must not be
 * revealed before they are authenticated.
 */
export function SignInWays({
  username,
  ways,
  onOther,
}: {
  readonly username: string
  readonly ways: Session['ways']
  readonly onOther: () => void
}) {
  const { changed } = useSessionChange()
  const [passcode, setPasscode] = useState('')
  const check = useMutation({ mutationFn: portal.passcode, onSuccess: changed })
  const push = useMutation({ mutationFn: portal.push })
  const field = useRef<HTMLInputElement>(null)
  const sms = useMutation({
    mutationFn: portal.sms,
    onSuccess: () => {
      setPasscode('')
      field.current?.focus()
    },
  })
  const passkey = usePasskeySignIn()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (passcode.trim() === '') return
    resetErrors()
    check.mutate(passcode)
  }
  const failed = check.error ?? push.error ?? sms.error
  /** Clears the errors of earlier attempts. */
  const resetErrors = () => {
    for (const one of [check, push, sms]) one.reset()
  }
  return (
    <Frame size={440}>
      <Stack gap="lg">
        <div>
          <PageTitle>Confirm it’s you</PageTitle>
          <Text c="dimmed" mt={6}>
            Signing in as{' '}
            <Text span c="var(--text)" fw={600} className="break">
              {username}
            </Text>
            .{' '}
            <Anchor component="button" type="button" onClick={onOther}>
              Not you?
            </Anchor>
          </Text>
        </div>
        {push.data === undefined ? (
          <Paper>
            <Stack gap="md">
              <Problem>{failed === null ? passkey.problem : errorMessage(failed)}</Problem>
              {ways.push && (
                <Button
                  leftSection={<IconDeviceMobile size={20} aria-hidden />}
                  loading={push.isPending}
                  onClick={() => {
                    resetErrors()
                    push.mutate()
                  }}
                >
                  Send a push
                </Button>
              )}
              {browserSupportsWebAuthn() && (
                <Button
                  variant="default"
                  leftSection={<IconFingerprint size={20} aria-hidden />}
                  loading={passkey.isPending}
                  onClick={passkey.start}
                >
                  Use a passkey
                </Button>
              )}
              <Divider label="or enter a passcode" labelPosition="center" />
              <Stack component="form" gap="md" onSubmit={submit}>
                <CodeInput
                  ref={field}
                  label="Passcode"
                  description="From the app, a hardware token, an SMS or your recovery codes"
                  value={passcode}
                  onChange={setPasscode}
                />
                <Button
                  type="submit"
                  variant="light"
                  loading={check.isPending}
                  disabled={passcode.trim() === ''}
                >
                  Sign in
                </Button>
                {ways.sms && (
                  <Button
                    variant="subtle"
                    leftSection={<IconMessage size={18} aria-hidden />}
                    loading={sms.isPending}
                    onClick={() => {
                      resetErrors()
                      sms.mutate()
                    }}
                  >
                    Send me a passcode by SMS
                  </Button>
                )}
              </Stack>
              <Text fz="sm" c="dimmed" role="status" className="may-be-empty">
                {sms.isSuccess
                  ? 'If this account has a phone number, we sent a passcode to it.'
                  : ''}
              </Text>
            </Stack>
          </Paper>
        ) : (
          <PushWait code={push.data.code} onBack={() => push.reset()} />
        )}
      </Stack>
    </Frame>
  )
}
