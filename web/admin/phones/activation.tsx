import { Button, Group, Stack, Text } from '@mantine/core'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { ActButton } from '../parts/act_button.tsx'
import { CopyField } from '../parts/copy.tsx'
import { Moment } from '../parts/moment.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'

interface Activation {
  readonly url: string
  readonly qr_svg: string
  readonly expires: number
}

/** Creates the link that connects the app on a phone; it is shown once. */
export function ActivationDialog({
  phoneId,
  parent,
}: {
  readonly phoneId: string
  /** The page behind the dialog. */
  readonly parent: string
}) {
  const close = useCloseRoute(parent)
  const activate = useAct({ run: () => api.post<Activation>(`phones/${phoneId}/activation`) })
  return (
    <RouteDialog parent={parent} title="Connect the app">
      {activate.data === undefined ? (
        <Stack gap="md">
          <Text fz="sm">
            The link connects the push app on this phone. An app that is connected now stops working
            when the link is used.
          </Text>
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <ActButton label="Create the link" variant="filled" act={activate} />
          </Group>
        </Stack>
      ) : (
        <Stack gap="md">
          <Text fz="sm">
            Scan the code with the phone, or open the link on it. It works once and expires{' '}
            <Moment at={activate.data.expires} />. It is shown only now.
          </Text>
          <img
            className="activation-qr"
            alt="QR code of the link"
            src={`data:image/svg+xml,${encodeURIComponent(activate.data.qr_svg)}`}
          />
          <CopyField label="Link" value={activate.data.url} />
          <Group justify="flex-end">
            <Button onClick={close}>Done</Button>
          </Group>
        </Stack>
      )}
    </RouteDialog>
  )
}
