import { Button, Divider, Paper, Stack, Text, TextInput } from '@mantine/core'
import { browserSupportsWebAuthn } from '@simplewebauthn/browser'
import { IconFingerprint } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Frame } from '../../parts/frame.tsx'
import { PageTitle } from '../../parts/page_title.tsx'
import { Problem } from '../../parts/problem.tsx'
import { fieldProblem, formProblem, portal, type Session } from '../api.ts'
import { useSessionChange } from '../session.ts'
import { usePasskeySignIn } from './passkey_sign_in.ts'
import { SignInWays } from './sign_in_ways.tsx'

export function SignInPage({ session }: { readonly session: Session }) {
  const { is } = useSessionChange()
  const name = session.kind === 'sign_in' ? (session.username ?? '') : ''
  if (name === '') return <NamePage />
  return (
    <SignInWays
      username={name}
      ways={session.ways}
      onOther={() => {
        const { organisation, ways, testMode } = session
        is({ kind: 'none', organisation, ways, testMode })
      }}
    />
  )
}

function NamePage() {
  const { is } = useSessionChange()
  const [username, setUsername] = useState('')
  const begin = useMutation({ mutationFn: portal.beginSignIn, onSuccess: is })
  const passkey = usePasskeySignIn()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (username.trim() !== '') begin.mutate(username)
  }
  return (
    <Frame size={440}>
      <Stack gap="lg">
        <div>
          <PageTitle>Your devices</PageTitle>
          <Text c="dimmed" mt={6}>
            Manage the devices you sign in with. You need one of them to continue.
          </Text>
        </div>
        <Paper component="form" onSubmit={submit}>
          <Stack gap="md">
            <TextInput
              label="Username"
              description="Your work username"
              value={username}
              onChange={(event) => setUsername(event.currentTarget.value)}
              error={fieldProblem(begin.error, 'username')}
              autoComplete="username"
              autoCapitalize="off"
              autoCorrect="off"
              spellCheck={false}
              maxLength={255}
              autoFocus
            />
            <Problem>{formProblem(begin.error) ?? passkey.problem}</Problem>
            <Button type="submit" loading={begin.isPending} disabled={username.trim() === ''}>
              Continue
            </Button>
            {browserSupportsWebAuthn() && (
              <>
                <Divider label="or" labelPosition="center" />
                <Button
                  variant="default"
                  leftSection={<IconFingerprint size={20} aria-hidden />}
                  loading={passkey.isPending}
                  onClick={passkey.start}
                >
                  Use a passkey
                </Button>
              </>
            )}
          </Stack>
        </Paper>
        <Text fz="sm" c="dimmed">
          No device yet? Use the link in your invitation or the one shown when you sign in. Lost
          your devices? Ask your administrator for a new link.
        </Text>
      </Stack>
    </Frame>
  )
}
