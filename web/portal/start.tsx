import { Skeleton, Stack } from '@mantine/core'
import { Frame } from '../parts/frame.tsx'
import { Failed } from '../parts/problem.tsx'
import { errorMessage } from './api.ts'
import { Go } from './go.tsx'
import { useSession } from './session.ts'
import { SignInPage } from './sign_in/sign_in_page.tsx'

/** Redirects by session; without one, shows the sign-in. */
export function Start() {
  const session = useSession()
  if (session.isPending) return <Waiting />
  if (session.isError) {
    return (
      <Frame>
        <Failed
          title="Can’t reach the portal"
          message={errorMessage(session.error)}
          retry={() => session.refetch()}
        />
      </Frame>
    )
  }
  switch (session.data.kind) {
    case 'enrollment':
      return <Go to="/enroll" />
    case 'self_service':
      return <Go to="/devices" />
    default:
      return <SignInPage session={session.data} />
  }
}

export function Waiting() {
  return (
    <Frame>
      <Stack gap="md" role="status" aria-busy="true" aria-label="Loading">
        <Skeleton h={28} w="60%" />
        <Skeleton h={18} w="85%" />
        <Skeleton h={120} radius="lg" />
      </Stack>
    </Frame>
  )
}
