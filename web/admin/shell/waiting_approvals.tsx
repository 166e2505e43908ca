import { ActionIcon, Indicator } from '@mantine/core'
import { IconUserCheck } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ListPage } from '../api.ts'
import { useView } from '../parts/view.ts'

interface Request {
  readonly own: boolean
}

const lookEveryMs = 60_000

/** A badge with the number of changes that this administrator can approve; hidden without any. */
export function WaitingApprovals() {
  const waiting = useView<ListPage<Request>>(
    'approvals',
    { waiting: true, limit: 50 },
    { everyMs: lookEveryMs },
  )
  const count = waiting.data?.items.filter(({ own }) => !own).length ?? 0
  if (count === 0) return null
  return (
    <Indicator label={count} size={18} color="danger">
      <ActionIcon
        color="gray"
        renderRoot={(props) => <Link to="/approvals" {...props} />}
        aria-label={`${count} ${count === 1 ? 'change waits' : 'changes wait'} for approval`}
      >
        <IconUserCheck size={20} aria-hidden />
      </ActionIcon>
    </Indicator>
  )
}
