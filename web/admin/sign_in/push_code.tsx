import { Group, Loader, Stack, Text, VisuallyHidden } from '@mantine/core'
import { useFocusFallback } from '../../parts/focus_fallback.ts'
import type { SentPush } from './push.ts'

/** The code of a push that waits, and what to do with it. */
export function PushCode({ push: { code, phone } }: { readonly push: SentPush }) {
  const heading = useFocusFallback<HTMLParagraphElement>()
  return (
    <Stack gap="xs" align="center" ta="center" className="push-code" role="status">
      <Text ref={heading} fw={600} tabIndex={-1} className="break">
        Type this code into the app on {phone}
      </Text>
      <Text span className="push-digits">
        <span aria-hidden>{code}</span>
        <VisuallyHidden>{[...code].join(' ')}</VisuallyHidden>
      </Text>
      <Group gap={10} wrap="nowrap">
        <Loader size="xs" aria-hidden />
        <Text fz="sm" c="dimmed">
          Waiting for your answer…
        </Text>
      </Group>
      <Text fz="sm" c="dimmed">
        Nothing on the phone? Open the Countersign app: the request is on its first screen.
      </Text>
    </Stack>
  )
}
