import { Button, Group, Loader, Stack, Text } from '@mantine/core'
import { IconCircleCheck } from '@tabler/icons-react'
import { Dialog } from '../../parts/dialog.tsx'
import { Problem } from '../../parts/problem.tsx'
import { useManager } from '../manager.ts'
import { useStore } from '../store.ts'
import { serviceWords } from './service_words.ts'

/** What happens while the proxy is started or stopped, and how it ended. */
export function ServiceDialog() {
  const { service } = useManager()
  const state = useStore(service.state)
  if (state === undefined) return null
  const { act, lines, ok } = state
  const words = serviceWords[act]
  return (
    <Dialog opened onClose={() => service.dismiss()} title={words.label} size={620}>
      <Stack gap="md">
        {ok === false ? (
          <Problem>{words.failed}</Problem>
        ) : (
          <Group gap="sm" role="status" wrap="nowrap">
            {ok === undefined ? (
              <Loader size="sm" />
            ) : (
              <IconCircleCheck className="tone-success" aria-hidden />
            )}
            <Text>{ok === undefined ? `${words.running}…` : words.done}</Text>
          </Group>
        )}
        {lines.length > 0 && <pre className="console">{lines.join('\n')}</pre>}
        <Group justify="flex-end">
          <Button variant="default" onClick={() => service.dismiss()}>
            {ok === undefined ? 'Hide' : 'Done'}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
