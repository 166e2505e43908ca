import { Button, Group, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Dialog } from '../../parts/dialog.tsx'
import { clockTime, dayName } from '../../parts/moments.ts'
import { Problem } from '../../parts/problem.tsx'
import { say } from '../../parts/say.ts'
import { errorMessage, type PastSignIn, portal } from '../api.ts'
import { useSessionChange } from '../session.ts'

/** Marks a sign-in as somebody else's, and then offers what should be done about it. */
export function ReportDialog({
  signIn,
  onClose,
}: {
  readonly signIn: PastSignIn | undefined
  readonly onClose: () => void
}) {
  const client = useQueryClient()
  const report = useMutation({
    mutationFn: portal.report,
    onSuccess: async ({ locked }) => {
      if (!locked) await client.invalidateQueries({ queryKey: ['history'] })
    },
  })
  const close = () => {
    report.reset()
    onClose()
  }
  if (signIn === undefined) return null
  const { application, timestamp, txid } = signIn
  return (
    <Dialog
      opened
      onClose={close}
      size={460}
      title={report.isSuccess ? 'Thank you, it is reported' : 'This was not me'}
    >
      {report.data?.locked === true && <Locked />}
      {report.data?.locked === false && <Afterwards onClose={close} />}
      {report.data === undefined && (
        <Stack gap="md">
          <Text>
            {application} · {dayName(timestamp)} at {clockTime(timestamp)}. Whoever it was probably
            knows your password. Those who look after your account are told at once.
          </Text>
          <Problem>{report.error === null ? undefined : errorMessage(report.error)}</Problem>
          <Group justify="flex-end" gap="xs">
            <Button variant="subtle" onClick={close}>
              It was me
            </Button>
            <Button
              color="danger"
              loading={report.isPending}
              onClick={() => report.mutate(txid ?? '')}
            >
              Report it
            </Button>
          </Group>
        </Stack>
      )}
    </Dialog>
  )
}

/** With the account this session has ended. */
function Locked() {
  const { changed } = useSessionChange()
  return (
    <Stack gap="md">
      <Text>
        Your account is locked, so that nobody signs in with it. Change your password, and ask your
        administrator to unlock it.
      </Text>
      <Group justify="flex-end">
        <Button onClick={() => changed().catch(() => {})}>Leave</Button>
      </Group>
    </Stack>
  )
}

function Afterwards({ onClose }: { readonly onClose: () => void }) {
  const navigate = useNavigate()
  const signOut = useMutation({
    mutationFn: portal.signOutElsewhere,
    onSuccess: () => say('You are signed out everywhere else'),
  })
  return (
    <Stack gap="md">
      <Text>Now change your password. Then make sure that nobody else has a way in:</Text>
      <Stack gap="xs">
        <Button
          variant="light"
          loading={signOut.isPending}
          disabled={signOut.isSuccess}
          onClick={() => signOut.mutate()}
        >
          Sign out everywhere else
        </Button>
        <Button
          variant="light"
          onClick={() => {
            onClose()
            navigate({ to: '/devices' }).catch(() => {})
          }}
        >
          Check my devices
        </Button>
      </Stack>
      <Problem>{signOut.error === null ? undefined : errorMessage(signOut.error)}</Problem>
      <Group justify="flex-end">
        <Button variant="subtle" onClick={onClose}>
          Close
        </Button>
      </Group>
    </Stack>
  )
}
