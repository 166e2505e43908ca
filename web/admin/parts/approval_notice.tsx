import { Button, Group, Stack, Text } from '@mantine/core'
import { useSyncExternalStore } from 'react'
import { Dialog } from '../../parts/dialog.tsx'
import type { Approval } from '../api.ts'
import { LinkButton } from './links.tsx'
import { Moment } from './moment.tsx'

let shown: Approval | undefined
const listeners = new Set<() => void>()

/** Shows that a change waits for another administrator. */
export function announceApproval(approval: Approval | undefined): void {
  shown = approval
  for (const changed of listeners) changed()
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed)
  return () => listeners.delete(changed)
}

/** The dialog after an act that a second administrator has to approve. */
export function ApprovalNotice() {
  const approval = useSyncExternalStore(subscribe, () => shown)
  const close = () => announceApproval(undefined)
  return (
    <Dialog opened={approval !== undefined} onClose={close} title="Waiting for approval" isOnTop>
      <Stack gap="lg">
        <Text fz="sm">
          Nothing has changed yet. Another administrator has to approve this
          {approval !== undefined && (
            <>
              {' '}
              (<Moment at={approval.expires} />)
            </>
          )}
          . You can withdraw the request on the page Approvals.
        </Text>
        <Group justify="flex-end" gap="sm">
          <LinkButton to="/approvals" variant="default" onClick={close}>
            Open approvals
          </LinkButton>
          <Button onClick={close}>Close</Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
