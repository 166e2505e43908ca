import { Button, Loader, Paper, Stack, Text, Title, VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useKeptFocus } from '../../parts/kept_focus.ts'
import { Problem } from '../../parts/problem.tsx'
import { errorMessage, portal } from '../api.ts'
import { useSessionChange } from '../session.ts'

const everyMs = 1500

/** Waits for the phone: its app asks for the code that is shown here. */
export function PushWait({ code, onBack }: { readonly code: string; readonly onBack: () => void }) {
  const { changed } = useSessionChange()
  const heading = useKeptFocus<HTMLHeadingElement>()
  const standing = useQuery({
    queryKey: ['push', code],
    queryFn: portal.pushStanding,
    refetchInterval: ({ state }) =>
      state.data === undefined || state.data.kind === 'waiting' ? everyMs : false,
    gcTime: 0,
  })
  const kind = standing.data?.kind ?? 'waiting'
  useEffect(() => {
    if (kind === 'signed_in') changed().catch(() => {})
  }, [kind, changed])
  const over = kind === 'refused' || kind === 'timeout' || standing.isError
  return (
    <Paper>
      <Stack gap="md" align="center" ta="center">
        {over ? (
          <Problem>{describeProblem(kind, standing.error)}</Problem>
        ) : (
          <>
            <div>
              <Title ref={heading} order={2} fz="md" fw={600} tabIndex={-1}>
                Type this code into the app
              </Title>
              <Text className="shown-code">
                <span aria-hidden>{code}</span>
                <VisuallyHidden>{[...code].join(' ')}</VisuallyHidden>
              </Text>
            </div>
            <Stack gap={6} align="center" role="status">
              <Loader size="sm" />
              <Text fz="sm" c="dimmed">
                Waiting for your phone. If nothing appears there, open the app.
              </Text>
            </Stack>
          </>
        )}
        <Button variant={over ? 'filled' : 'subtle'} onClick={onBack}>
          {over ? 'Try again, or another way' : 'Use another way'}
        </Button>
      </Stack>
    </Paper>
  )
}

function describeProblem(kind: string, error: unknown): string {
  if (error !== null) return errorMessage(error)
  return kind === 'refused'
    ? 'The request was refused on the phone.'
    : 'Nobody has answered in time.'
}
