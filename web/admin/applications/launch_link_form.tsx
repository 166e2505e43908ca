import { Group, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { launchLink } from '../../../src/workspaces/guide/launch_link.ts'
import { CopyField } from '../parts/copy.tsx'
import { Section } from '../parts/section.tsx'

/** Builds links that open the WorkSpaces client with its form filled in. */
export function LaunchLinkForm() {
  const [registrationCode, setCode] = useState('')
  const [username, setUsername] = useState('')
  const [mfaCode, setMfaCode] = useState('push')
  const { link, problem } = buildLink({ registrationCode, username, mfaCode })
  return (
    <Section
      title="Launch link"
      description="Opens the WorkSpaces client with “push” filled in; only the password is missing. Users keep it as a bookmark."
    >
      <Stack gap="md">
        <Group align="flex-start">
          <TextInput
            label="Registration code"
            placeholder="WSpdx+4RN5ND"
            value={registrationCode}
            onChange={(event) => setCode(event.currentTarget.value)}
            error={problem}
            spellCheck={false}
          />
          <TextInput
            label="Username"
            description="Leave it empty for a link that fits everyone."
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            value={username}
            onChange={(event) => setUsername(event.currentTarget.value)}
            autoComplete="off"
            spellCheck={false}
          />
          <TextInput
            label="MFA code"
            value={mfaCode}
            onChange={(event) => setMfaCode(event.currentTarget.value)}
            autoComplete="off"
          />
        </Group>
        {link !== undefined && <CopyField label="Link" value={link} />}
      </Stack>
    </Section>
  )
}

function buildLink(parts: Parameters<typeof launchLink>[0]): {
  readonly link?: string
  readonly problem?: string
} {
  if (parts.registrationCode.trim() === '') return {}
  try {
    return { link: launchLink(parts) }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}
