import { Group, Stack, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Problem } from '../../parts/problem.tsx'
import { api, errorMessage } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { ActButton } from '../parts/act_button.tsx'
import { FileDrop } from '../parts/file_drop.tsx'
import { Section } from '../parts/section.tsx'
import { sessionKey } from '../query_client.ts'
import type { SettingsAnswer } from './setting.ts'

/** The service refuses larger images; a little more is sent, so that its message names the limit. */
const maxBytes = 2 ** 20

/** Shows, replaces and removes the organisation's logo. */
export function LogoSection({
  logo: { url, fixed_by },
  readOnly,
}: {
  readonly logo: SettingsAnswer['logo']
  readonly readOnly: boolean
}) {
  const client = useQueryClient()
  const onDone = () => client.invalidateQueries({ queryKey: sessionKey })
  const upload = useAct({
    run: async (file: File) => api.put('settings/logo', { png: await toBase64(file) }),
    changes: ['settings'],
    onDone,
    done: 'Logo replaced',
  })
  const remove = useAct({
    run: () => api.delete('settings/logo'),
    changes: ['settings'],
    onDone,
    done: 'Logo removed',
  })
  const mayChange = !readOnly && fixed_by === null
  return (
    <Section
      title="Logo"
      description="Users see it in the portal, in the push app and in prompts of applications."
      actions={
        mayChange && url !== null && <ActButton label="Remove" act={remove} input={undefined} />
      }
    >
      <Stack gap="md">
        <Group gap="md">
          {url === null ? (
            <Text c="dimmed">There is no logo yet.</Text>
          ) : (
            <img src={url} alt="Logo of the organisation" className="settings-logo" />
          )}
        </Group>
        {fixed_by !== null && (
          <Text fz="sm" c="dimmed">
            Set by <code>{fixed_by}</code>. Remove that line and restart the service to change it
            here.
          </Text>
        )}
        {mayChange && (
          <FileDrop
            label="Choose an image"
            hint="PNG, 48 to 1,024 pixels wide and high, at most 200 KB. Or drop it here."
            accept="image/png"
            maxBytes={maxBytes}
            onFile={(file) => upload.mutate(file)}
          />
        )}
        <Problem>{upload.error === null ? undefined : errorMessage(upload.error)}</Problem>
      </Stack>
    </Section>
  )
}

async function toBase64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}
