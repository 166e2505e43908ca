import { Button, Group } from '@mantine/core'
import { useState } from 'react'
import { Dialog } from '../../parts/dialog.tsx'
import { Problem } from '../../parts/problem.tsx'
import { api, formProblem } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { Confirm } from '../parts/confirm.tsx'
import { LinkButton } from '../parts/links.tsx'
import type { ApprovalRequest } from './approval_request.ts'
import { ResultDialog } from './result_dialog.tsx'

/** What the administrator can do with a request: decide it, withdraw their own, take its result. */
export function RequestActs({ request }: { readonly request: ApprovalRequest }) {
  const [approving, setApproving] = useState(false)
  const close = () => setApproving(false)
  const approve = useAct({
    run: () => api.post(`approvals/${request.id}/approve`),
    changes: ['approvals'],
    onDone: close,
    done: 'Approved and carried out',
  })
  const withdraw = useAct({
    run: () => api.post(`approvals/${request.id}/cancel`),
    changes: ['approvals'],
    done: 'Request withdrawn',
  })
  if (request.has_result) return <ResultDialog id={request.id} />
  if (request.state !== 'waiting') return null
  if (request.own) {
    return (
      <>
        <Button
          size="xs"
          variant="default"
          loading={withdraw.isPending}
          onClick={() => withdraw.mutate(undefined)}
        >
          Withdraw
        </Button>
        <Problem>{formProblem(withdraw.error)}</Problem>
      </>
    )
  }
  return (
    <Group gap="xs" wrap="nowrap">
      <Button size="xs" onClick={() => setApproving(true)}>
        Approve
      </Button>
      <LinkButton size="xs" variant="default" to={`/approvals/${request.id}/refuse`} keepQuery>
        Refuse
      </LinkButton>
      <Dialog opened={approving} onClose={close} title="Approve this change">
        <Confirm
          question={`${request.requester.email} asks for this:`}
          consequences={[request.summary]}
          action="Approve"
          danger={false}
          act={approve}
          input={undefined}
          onCancel={close}
        />
      </Dialog>
    </Group>
  )
}
