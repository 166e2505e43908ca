import { Button, Code, Group, Paper, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { IconCheck, IconCopy, IconExternalLink } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { CodeInput } from '../../parts/code_input.tsx'
import { useFocusFallback } from '../../parts/focus_fallback.ts'
import { Failed, Problem } from '../../parts/problem.tsx'
import { errorMessage, fieldProblem, formProblem, PortalError, portal } from '../api.ts'
import { isPhone } from '../this_device.ts'
import type { AddedDevice } from './added_device.ts'

const defaultName = 'Authenticator app'

/** Adds an authenticator app: shows its key as a QR code and as text, and checks the first code. */
export function AuthenticatorStep({
  onAdded,
}: {
  readonly onAdded: (device: AddedDevice) => void
}) {
  const heading = useFocusFallback<HTMLHeadingElement>()
  const [code, setCode] = useState('')
  const [name, setName] = useState(defaultName)
  const setup = useQuery({
    queryKey: ['authenticator'],
    queryFn: portal.beginAuthenticator,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  })
  const confirm = useMutation({
    mutationFn: () => portal.confirmAuthenticator(code, name),
    onSuccess: ({ device }) => onAdded({ id: device, kind: 'app', name }),
  })
  if (setup.isError) {
    return (
      <Failed
        title="Can’t create a QR code"
        message={errorMessage(setup.error)}
        retry={() => setup.refetch()}
      />
    )
  }
  if (confirm.error instanceof PortalError && confirm.error.code === 'code_over') {
    const again = () => {
      setCode('')
      confirm.reset()
      return setup.refetch()
    }
    return (
      <Failed
        title="This QR code no longer works"
        message="It is valid for ten minutes and five tries. Remove the entry from your authenticator app, then start again."
        retry={again}
      />
    )
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (code.trim() !== '') confirm.mutate()
  }
  return (
    <Paper component="form" onSubmit={submit}>
      <Stack gap="md">
        <Stack gap={4} align="center" ta="center">
          <Title ref={heading} order={2} fz="lg" tabIndex={-1}>
            {isPhone ? 'Add the account to your app' : 'Scan this QR code with your app'}
          </Title>
          <Text fz="sm" c="dimmed">
            {isPhone
              ? 'Open it in your authenticator app, or copy the key into the app.'
              : 'In Google Authenticator, Microsoft Authenticator or 1Password, add an account and scan the code.'}
          </Text>
        </Stack>
        {setup.data === undefined ? (
          <Skeleton w={220} h={isPhone ? 90 : 220} radius="lg" mx="auto" />
        ) : (
          <Key {...setup.data} />
        )}
        <TextInput
          label="Name"
          description="Helps you recognise it among your devices"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          onFocus={(event) => event.currentTarget.select()}
          error={fieldProblem(confirm.error, 'name')}
          maxLength={64}
          autoComplete="off"
        />
        <CodeInput
          label="Code that the app shows"
          digits={6}
          value={code}
          onChange={setCode}
          error={fieldProblem(confirm.error, 'code')}
        />
        <Problem>{formProblem(confirm.error)}</Problem>
        <Button type="submit" loading={confirm.isPending} disabled={code.trim() === ''}>
          Confirm
        </Button>
      </Stack>
    </Paper>
  )
}

function Key({
  secret,
  uri,
  picture,
}: {
  readonly secret: string
  readonly uri: string
  readonly picture: string
}) {
  const clipboard = useClipboard({ timeout: 2500 })
  return (
    <Stack gap="sm" align="center">
      {isPhone ? (
        <Button
          component="a"
          href={uri}
          leftSection={<IconExternalLink size={18} aria-hidden />}
          fullWidth
        >
          Open in my authenticator app
        </Button>
      ) : (
        <img
          className="qr"
          alt="QR code for an authenticator app"
          width={220}
          height={220}
          src={`data:image/svg+xml,${encodeURIComponent(picture)}`}
        />
      )}
      <Stack gap={6} align="center" w="100%">
        <Text fz="sm" c="dimmed" ta="center">
          {isPhone ? 'Key' : 'Can’t scan it? Type this key (time-based, 6 digits):'}
        </Text>
        <Code className="setup-key">{(secret.match(/.{1,4}/g) ?? []).join(' ')}</Code>
        <Group>
          <Button
            variant="light"
            size="compact-sm"
            leftSection={
              clipboard.copied ? (
                <IconCheck size={16} aria-hidden />
              ) : (
                <IconCopy size={16} aria-hidden />
              )
            }
            onClick={() => clipboard.copy(secret)}
          >
            {clipboard.copied ? 'Copied' : 'Copy key'}
          </Button>
        </Group>
      </Stack>
    </Stack>
  )
}
