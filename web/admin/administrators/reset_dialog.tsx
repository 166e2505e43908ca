import { Checkbox, Stack, Text } from '@mantine/core'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import type { AdministratorDetails, DeliveredLink } from './administrator.ts'
import { DeliveredLinkStep } from './delivered_link.tsx'
import { useShownAdministrator } from './shown_administrator.ts'

export function ResetDialog() {
  const administrator = useShownAdministrator()
  return administrator === undefined ? null : <ResetForm administrator={administrator} />
}

/** A new link after a lost password or lost factors, or the activation link again. */
function ResetForm({
  administrator: { admin_id, name, status },
}: {
  readonly administrator: AdministratorDetails
}) {
  const parent = `/administrators/${admin_id}`
  const close = useCloseRoute(parent)
  const isNew = status === 'pending_activation'
  const reset = useAct({
    run: (lost: { readonly password: boolean; readonly factors: boolean }) =>
      api.post<DeliveredLink>(`administrators/${admin_id}/reset`, lost),
    changes: ['administrators'],
    onWaiting: close,
  })
  const form = useForm({ password: isNew, factors: isNew }, reset)
  const { password, factors } = form.values
  return (
    <RouteDialog parent={parent} title={isNew ? `Invite ${name} again` : `Reset ${name}`}>
      {reset.data === undefined ? (
        <Stack component="form" gap="md" onSubmit={form.submit}>
          {isNew ? (
            <Text fz="sm">The earlier link stops working. A new one is made.</Text>
          ) : (
            <>
              <Text fz="sm">What has {name} lost? Make sure that it is them who asks.</Text>
              <Checkbox
                label="The password"
                checked={password}
                onChange={(event) => form.set('password', event.currentTarget.checked)}
              />
              <Checkbox
                label="The second factors"
                description="All of them are removed."
                checked={factors}
                onChange={(event) => form.set('factors', event.currentTarget.checked)}
              />
              <Text fz="sm" c="dimmed">
                All their sessions end. They sign in with the other one, which they still have, and
                the link.
              </Text>
            </>
          )}
          <FormButtons
            form={form}
            action="Make the link"
            isReady={password || factors}
            onCancel={close}
          />
        </Stack>
      ) : (
        <DeliveredLinkStep
          delivered={reset.data}
          purpose="It replaces what was lost."
          onClose={close}
        />
      )}
    </RouteDialog>
  )
}
