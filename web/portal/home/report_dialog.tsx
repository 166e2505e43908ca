import { Button, Group, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { clockTime, dayName } from '../../parts/date_text.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { notify } from '../../parts/notify.ts'
import { Problem } from '../../parts/problem.tsx'
import { errorMessage, type PastSignIn, portal } from '../api.ts'
import { useSession, useSessionChange } from '../session.ts'

/** Reports a sign-in as fraud, then offers the next steps. */
export function ReportDialog({
  signIn,
  onClose,
}: {
  readonly signIn: PastSignIn | undefined
  readonly onClose: () => void
}) {
  const client = useQueryClient()
  const fraudMailed = useSession().data?.fraudMailed === true
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
      title={report.isSuccess ? 'Sign-in reported' : 'This wasn’t me'}
    >
      {report.data?.locked === true && <Locked />}
      {report.data?.locked === false && <Afterwards onClose={close} />}
      {report.data === undefined && (
        <Stack gap="md">
          <Text>
            {application} · {dayName(timestamp)} at {clockTime(timestamp)}. Someone may know your
            password.{' '}
            {fraudMailed
              ? 'We’ll alert your administrator right away.'
              : 'Tell your administrator as well.'}
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
              Report
            </Button>
          </Group>
        </Stack>
      )}
    </Dialog>
  )
}

/** Locking the account has ended this session. */
function Locked() {
  const { changed } = useSessionChange()
  return (
    <Stack gap="md">
      <Text>
        Your account is locked so that no one can sign in. Change your password and ask your
        administrator to unlock it.
      </Text>
      <Group justify="flex-end">
        <Button onClick={() => changed().catch(() => {})}>Go to sign-in</Button>
      </Group>
    </Stack>
  )
}

function Afterwards({ onClose }: { readonly onClose: () => void }) {
  const navigate = useNavigate()
  const signOut = useMutation({
    mutationFn: portal.signOutElsewhere,
    onSuccess: () => notify('Signed out everywhere else'),
  })
  return (
    <Stack gap="md">
      <Text>Change your password now. Then make sure no one else can sign in:</Text>
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
