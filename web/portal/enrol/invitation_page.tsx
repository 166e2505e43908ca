import { Button, List, Paper, Stack, Text, ThemeIcon } from '@mantine/core'
import {
  IconCheck,
  IconDeviceMobile,
  IconLinkOff,
  IconLockCheck,
  IconShieldCheck,
} from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Frame } from '../../parts/frame.tsx'
import { PageTitle } from '../../parts/page_title.tsx'
import { Problem } from '../../parts/problem.tsx'
import { errorMessage, PortalError, portal } from '../api.ts'
import { useSessionChange } from '../session.ts'

/**
 * The landing page of an invitation. Only the button opens the invitation, so that mail scanners that
 * follow links do not use it up.
 */
export function InvitationPage() {
  const { code } = useParams({ from: '/enroll/$code' })
  return <Invitation key={code} code={code} />
}

function Invitation({ code }: { readonly code: string }) {
  const { is } = useSessionChange()
  const navigate = useNavigate()
  const open = useMutation({
    mutationFn: () => portal.openInvitation(code),
    onSuccess: async (session) => {
      is(session)
      // removes the code from the browser history
      await navigate({ to: '/enroll', replace: true })
    },
  })
  if (open.error instanceof PortalError && open.error.status !== 429) {
    return <Unusable error={open.error} retry={() => open.mutate()} />
  }
  return (
    <Frame>
      <Stack gap="lg">
        <div>
          <PageTitle size={30}>Set up two-step sign-in</PageTitle>
          <Text c="dimmed" mt={8}>
            From now on, you sign in with your password and a device that only you have. Setup takes
            about two minutes.
          </Text>
        </div>
        <Paper>
          <List spacing="md" center listStyleType="none" className="points">
            <List.Item icon={<PointIcon icon={IconDeviceMobile} />}>
              Add your phone, using the app or your phone number.
            </List.Item>
            <List.Item icon={<PointIcon icon={IconLockCheck} />}>
              Save recovery codes in case you lose it.
            </List.Item>
            <List.Item icon={<PointIcon icon={IconCheck} />}>
              See what to type next time you sign in.
            </List.Item>
          </List>
        </Paper>
        <Problem>{open.error === null ? undefined : errorMessage(open.error)}</Problem>
        <Button size="lg" loading={open.isPending} onClick={() => open.mutate()}>
          Start
        </Button>
        <Text fz="sm" c="dimmed">
          This link is only for you. Once you start, it works in this browser only.
        </Text>
      </Stack>
    </Frame>
  )
}

function PointIcon({ icon: Icon }: { readonly icon: typeof IconCheck }) {
  return (
    <ThemeIcon variant="light" size={40} radius="xl">
      <Icon size={22} aria-hidden />
    </ThemeIcon>
  )
}

const titles: Readonly<Record<string, string>> = {
  invitation_over: 'This link is no longer valid',
  invitation_used: 'This link has already been used',
  invitation_elsewhere: 'This link is open in another browser',
  already_enrolled: 'You’re already set up',
}

function Unusable({ error, retry }: { readonly error: PortalError; readonly retry: () => void }) {
  const enrolled = error.code === 'already_enrolled'
  return (
    <Frame>
      <Stack gap="lg" role="alert">
        <ThemeIcon variant="light" color={enrolled ? 'success' : 'warning'} size={56} radius="xl">
          {enrolled ? (
            <IconShieldCheck size={30} aria-hidden />
          ) : (
            <IconLinkOff size={30} aria-hidden />
          )}
        </ThemeIcon>
        <div>
          <PageTitle>{titles[error.code] ?? 'Something went wrong'}</PageTitle>
          <Text c="dimmed" mt={8}>
            {error.message}
          </Text>
        </div>
        <Stack gap="sm" align="flex-start">
          <Button renderRoot={(props) => <Link to="/" {...props} />}>
            Sign in with your device
          </Button>
          {error.code === 'invitation_elsewhere' && (
            <Button variant="subtle" onClick={retry}>
              Try again
            </Button>
          )}
        </Stack>
      </Stack>
    </Frame>
  )
}
