import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { browserSupportsWebAuthn, startRegistration } from '@simplewebauthn/browser'
import { IconCheck, IconFingerprint } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Problem } from '../parts/problem.tsx'
import { portal } from './api.ts'
import { passkeyProblem } from './sign_in/passkey_sign_in.ts'

/** Creates a passkey for the portal sign-in only. */
export function MakePasskey({ onMade }: { readonly onMade?: () => void }) {
  const client = useQueryClient()
  const make = useMutation({
    mutationFn: async () => {
      const optionsJSON = await portal.passkeyOptions()
      await portal.addPasskey(await startRegistration({ optionsJSON }), thisMachine())
    },
    onSuccess: async () => {
      onMade?.()
      await client.invalidateQueries({ queryKey: ['devices'] })
    },
  })
  if (!browserSupportsWebAuthn()) return null
  return (
    <Paper>
      <Stack gap="sm">
        <Title order={2} fz="md">
          Passkey for this page
        </Title>
        <Text fz="sm" c="dimmed">
          Sign in to this page with your fingerprint, face or PIN, for example to add a new phone.
          Passkeys work only here.
        </Text>
        <Problem>{make.error === null ? undefined : passkeyProblem(make.error)}</Problem>
        {make.isSuccess ? (
          <Group gap={8} role="status" c="var(--success)">
            <IconCheck size={20} aria-hidden />
            <Text fz="sm" fw={600}>
              Passkey created
            </Text>
          </Group>
        ) : (
          <Button
            className="self-start"
            variant="light"
            leftSection={<IconFingerprint size={20} aria-hidden />}
            loading={make.isPending}
            onClick={() => make.mutate()}
          >
            Create a passkey
          </Button>
        )}
      </Stack>
    </Paper>
  )
}

/** The default name of a passkey. */
function thisMachine(): string {
  const { userAgent } = navigator
  const machines = ['iPhone', 'iPad', 'Android', 'Mac', 'Windows', 'CrOS', 'Linux']
  const found = machines.find((name) => userAgent.includes(name))
  return `Passkey on ${found === undefined || found === 'CrOS' ? 'this computer' : found}`
}
