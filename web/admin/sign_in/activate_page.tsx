import { Button, Loader, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Problem } from '../../parts/problem.tsx'
import { api, errorMessage } from '../api.ts'
import { LinkButton } from '../parts/links.tsx'
import { useSession } from '../session.ts'
import { ActivationForm } from './activation_form.tsx'
import { type OpenedLink, takeLinkCode } from './link_code.ts'
import { SignInFrame } from './sign_in_frame.tsx'

const titles = {
  owner: 'Create the first owner',
  activation: 'Activate your account',
  password: 'Choose a new password',
  factors: 'Replace your second factor',
} as const

/** The page that one-time links of administrators open. */
export function ActivatePage() {
  const [code] = useState(takeLinkCode)
  const organisation = useSession().data?.organisation
  const link = useQuery({
    queryKey: ['activation-link'],
    queryFn: () => api.post<OpenedLink>('activation/link', { code }),
    enabled: code !== '',
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (code === '' || link.isError) {
    return (
      <SignInFrame title="This link can’t be used" organisation={organisation}>
        <Problem>
          {code === '' ? 'The link is incomplete. Open it again.' : errorMessage(link.error)}
        </Problem>
        <Text fz="sm" c="dimmed" my="md">
          Links work once. If you have activated your account already, sign in. Otherwise ask an
          owner for a new link.
        </Text>
        <LinkButton to="/" fullWidth size="md">
          Sign in
        </LinkButton>
        {code !== '' && (
          <Button variant="subtle" fullWidth mt="xs" onClick={() => link.refetch()}>
            Try again
          </Button>
        )}
      </SignInFrame>
    )
  }
  if (link.data === undefined) {
    return (
      <SignInFrame title="One moment" organisation={organisation}>
        <Loader size="sm" role="status" aria-label="Loading" />
      </SignInFrame>
    )
  }
  return (
    <SignInFrame title={titles[link.data.kind]} organisation={organisation}>
      <ActivationForm code={code} link={link.data} />
    </SignInFrame>
  )
}
