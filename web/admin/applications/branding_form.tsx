import { Group, MultiSelect, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import {
  type BrandingPlatform,
  brandingPlatforms,
  planBranding,
} from '../../../src/workspaces/guide/branding.ts'
import { CopyButton } from '../parts/copy.tsx'
import { DownloadButton } from '../parts/download_button.tsx'
import { Section } from '../parts/section.tsx'

const platformWords: Readonly<Record<BrandingPlatform, string>> = {
  DeviceTypeWindows: 'Windows',
  DeviceTypeOsx: 'macOS',
  DeviceTypeAndroid: 'Android',
  DeviceTypeIos: 'iOS',
  DeviceTypeLinux: 'Linux',
  DeviceTypeWeb: 'Web Access',
}
const fileName = 'branding.json'

/** Builds the text under the sign-in form of the WorkSpaces client, as JSON for the AWS command line. */
export function BrandingForm() {
  const [directory, setDirectory] = useState('')
  const [support, setSupport] = useState('')
  const [platforms, setPlatforms] = useState<readonly BrandingPlatform[]>(brandingPlatforms)
  const { json, problem } = buildJson(directory, support, platforms)
  return (
    <Section
      title="Text of the sign-in page"
      description="Tells users what to type into “MFA Code”. AWS replaces the branding of each chosen platform as a whole; “workspaces branding” merges with what is there."
      actions={
        json !== undefined && (
          <Group gap="xs">
            <CopyButton value={json} label={fileName} />
            <DownloadButton fileName={fileName} text={json} />
          </Group>
        )
      }
    >
      <Stack gap="md">
        <Group align="flex-start">
          <TextInput
            label="Directory"
            placeholder="d-926722edaf"
            value={directory}
            onChange={(event) => setDirectory(event.currentTarget.value)}
            spellCheck={false}
          />
          <TextInput
            label="Help desk"
            placeholder="help@example.com"
            description="A mail or web address; AWS requires one."
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            value={support}
            onChange={(event) => setSupport(event.currentTarget.value)}
            error={problem}
          />
        </Group>
        <MultiSelect
          label="Platforms"
          data={brandingPlatforms.map((value) => ({ value, label: platformWords[value] }))}
          value={[...platforms]}
          onChange={(values) => setPlatforms(brandingPlatforms.filter((p) => values.includes(p)))}
        />
        {json !== undefined && (
          <>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll by keyboard, too */}
            <section className="cfg-text" tabIndex={0} aria-label={`Content of ${fileName}`}>
              <pre>{json}</pre>
            </section>
            <Text fz="sm">
              <code className="break">
                aws workspaces import-client-branding --cli-input-json file://{fileName}
              </code>
            </Text>
          </>
        )}
      </Stack>
    </Section>
  )
}

function buildJson(
  directory: string,
  support: string,
  platforms: readonly BrandingPlatform[],
): { readonly json?: string; readonly problem?: string } {
  const id = directory.trim()
  const address = support.trim()
  if (id === '' || address === '' || platforms.length === 0) return {}
  const isLink = /^https?:/.test(address)
  try {
    const { input } = planBranding(id, platforms, {
      appName: 'the Countersign app',
      ...(isLink ? { supportLink: address } : { supportEmail: address }),
      portalUrl: new URL('/portal', location.origin).href,
    })
    return { json: JSON.stringify(input, undefined, 2) }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}
