import { Badge, Button, Group, Stack, Text } from '@mantine/core'
import { IconPhone, IconPhoneOff } from '@tabler/icons-react'
import { Problem } from '../../parts/problem.tsx'
import { api, errorMessage } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { EntryCard } from './entry_card.tsx'
import { Keypad } from './keypad.tsx'
import type { Call } from './outbox.ts'

export function CallCard({ call }: { readonly call: Call }) {
  const answer = useAct({
    run: (key: string | null) => api.post(`outbox/${call.id}/answer`, { key }),
    changes: ['outbox'],
  })
  const waits = call.outcome?.result === 'waiting'
  return (
    <EntryCard
      icon={<IconPhone size={20} aria-hidden />}
      what={waits ? 'Incoming call to' : 'Call to'}
      to={call.to}
      at={call.at}
    >
      <div className="bubble">“{call.text}”</div>
      {waits ? (
        <Stack gap="sm" align="center">
          <Text fz="sm" c="dimmed" role="status">
            {call.outcome?.status_msg}
          </Text>
          <Keypad call={call} disabled={answer.isPending} onKey={(key) => answer.mutate(key)} />
          <Button
            variant="light"
            color="danger"
            size="sm"
            leftSection={<IconPhoneOff size={18} aria-hidden />}
            disabled={answer.isPending}
            onClick={() => answer.mutate(null)}
          >
            Hang up
          </Button>
        </Stack>
      ) : (
        <Ending outcome={call.outcome} />
      )}
      <Problem>{answer.isError && waits ? errorMessage(answer.error) : ''}</Problem>
    </EntryCard>
  )
}

function Ending({ outcome }: Pick<Call, 'outcome'>) {
  if (outcome === null) return <Badge variant="default">Ended</Badge>
  const colour =
    outcome.result === 'allow' ? 'success' : outcome.status === 'fraud' ? 'danger' : 'warning'
  return (
    <Group gap="sm">
      <Badge variant="light" color={colour}>
        {outcome.result === 'allow' ? 'Allowed' : 'Denied'}
      </Badge>
      <Text fz="sm" c="dimmed">
        {outcome.status_msg}
      </Text>
    </Group>
  )
}
