import { Button, Stack } from '@mantine/core'
import { IconBell } from '@tabler/icons-react'
import { Problem } from '../../parts/problem.tsx'
import type { Session, SessionPhone } from '../session.ts'
import { usePush } from './push.ts'
import { PushCode } from './push_code.tsx'

/** Sends a push to a phone, and shows the code to type into the app. */
export function ProvePush({
  path,
  phones,
  isFirst,
  onDone,
}: {
  readonly path: 'sign-in' | 'step-up'
  readonly phones: readonly SessionPhone[]
  /** Takes the focus. */
  readonly isFirst: boolean
  readonly onDone: (session: Session) => void
}) {
  const push = usePush(`${path}/push`, onDone)
  const action = push.problem === undefined ? 'Send a push' : 'Send again'
  if (push.sent !== undefined) {
    return (
      <Stack gap="xs">
        <PushCode push={push.sent} />
        <Button variant="subtle" onClick={push.cancel}>
          Cancel
        </Button>
      </Stack>
    )
  }
  return (
    <Stack gap="sm">
      {phones.map(({ factor_id, name }, index) => (
        <Button
          key={factor_id}
          size="md"
          variant={isFirst && index === 0 ? 'filled' : 'default'}
          leftSection={<IconBell size={20} aria-hidden />}
          loading={push.isSending}
          onClick={() => push.send({ factor_id })}
          autoFocus={isFirst && index === 0}
        >
          {phones.length === 1 ? action : `${action} to ${name}`}
        </Button>
      ))}
      <Problem>{push.problem}</Problem>
    </Stack>
  )
}
