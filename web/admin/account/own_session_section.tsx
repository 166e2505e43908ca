import { Button } from '@mantine/core'
import { EndedSessions } from '../administrators/ended_sessions.tsx'
import { SessionList } from '../administrators/session_list.tsx'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { Section } from '../parts/section.tsx'
import type { Profile } from './profile.ts'

export function OwnSessionSection({
  profile: { sessions, ended_sessions: ended },
}: {
  readonly profile: Profile
}) {
  const end = useAct({
    run: (id: string) => api.delete(`profile/sessions/${id}`),
    changes: ['profile'],
    done: 'Session ended',
  })
  const endOthers = useAct({
    run: () => api.post('profile/sessions/end-others'),
    changes: ['profile'],
    done: 'All other sessions ended',
  })
  return (
    <Section
      title="Sessions"
      description="End one that you don’t recognise, and change your password."
      actions={
        sessions.length > 1 && (
          <Button
            variant="default"
            loading={endOthers.isPending}
            onClick={() => endOthers.mutate(undefined)}
          >
            End all others
          </Button>
        )
      }
    >
      <SessionList sessions={sessions} none="None." onEnd={end.mutate} />
      <EndedSessions sessions={ended} />
    </Section>
  )
}
