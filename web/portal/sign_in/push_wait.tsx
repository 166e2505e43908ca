import { Button, Loader, Paper, Stack, Text, Title, VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useFocusFallback } from '../../parts/focus_fallback.ts'
import { Problem } from '../../parts/problem.tsx'
import { errorMessage, portal } from '../api.ts'
import { useSessionChange } from '../session.ts'

const everyMs = 1500

/** Shows the verification code and waits for the phone. */
export function PushWait({ code, onBack }: { readonly code: string; readonly onBack: () => void }) {
  const { changed } = useSessionChange()
  const heading = useFocusFallback<HTMLHeadingElement>()
  const status = useQuery({
    queryKey: ['push', code],
    queryFn: portal.pushStatus,
    refetchInterval: ({ state }) =>
      state.data === undefined || state.data.kind === 'waiting' ? everyMs : false,
    gcTime: 0,
  })
  const kind = status.data?.kind ?? 'waiting'
  useEffect(() => {
    if (kind === 'signed_in') changed().catch(() => {})
  }, [kind, changed])
  const over = kind === 'refused' || kind === 'timeout' || status.isError
  return (
    <Paper>
      <Stack gap="md" align="center" ta="center">
        {over ? (
          <Problem>{describeProblem(kind, status.error)}</Problem>
        ) : (
          <>
            <div>
              <Title ref={heading} order={2} fz="md" fw={600} tabIndex={-1}>
                Enter this code in the app
              </Title>
              <Text className="shown-code">
                <span aria-hidden>{code}</span>
                <VisuallyHidden>{[...code].join(' ')}</VisuallyHidden>
              </Text>
            </div>
            <Stack gap={6} align="center" role="status">
              <Loader size="sm" />
              <Text fz="sm" c="dimmed">
                Waiting for your phone. If no request appears, open the app.
              </Text>
            </Stack>
          </>
        )}
        <Button variant={over ? 'filled' : 'subtle'} onClick={onBack}>
          {over ? 'Try again' : 'Use another method'}
        </Button>
      </Stack>
    </Paper>
  )
}

function describeProblem(kind: string, error: unknown): string {
  if (error !== null) return errorMessage(error)
  return kind === 'refused' ? 'The request was denied on the phone.' : 'The request timed out.'
}
