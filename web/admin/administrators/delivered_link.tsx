import { Button, Group, Stack, Text } from '@mantine/core'
import { CopyField } from '../parts/copy.tsx'
import { Moment } from '../parts/moment.tsx'
import type { DeliveredLink } from './administrator.ts'

/** The last step of an invitation or a reset: the link, or where it was sent. */
export function DeliveredLinkStep({
  delivered: { administrator, mailed, link, expires },
  purpose,
  onClose,
}: {
  readonly delivered: DeliveredLink
  /** What the link does, as a sentence. */
  readonly purpose: string
  readonly onClose: () => void
}) {
  return (
    <Stack gap="md">
      <Text fz="sm">
        {mailed || link === null ? 'The link was mailed to ' : 'Give this link only to '}
        <b className="break">{administrator.email}</b>. It works once and expires{' '}
        <Moment at={expires} />. {purpose}
      </Text>
      {link !== null && (
        <>
          <CopyField label="Link" value={link} />
          <Text fz="sm" c="dimmed">
            It is shown only now.
          </Text>
        </>
      )}
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  )
}
