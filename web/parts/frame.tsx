import { Anchor, Box, Container, Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { OrganisationMark, useOrganisation } from './organisation.tsx'

/** Page layout with the organisation at the top; `aside` is to the right of the logo. */
export function Frame({
  size = 480,
  aside,
  children,
}: {
  readonly size?: number
  readonly aside?: ReactNode
  readonly children: ReactNode
}) {
  const organisation = useOrganisation()
  return (
    <Box className="frame">
      <Anchor href="#content" className="skip" onClick={skip}>
        Skip to content
      </Anchor>
      <Box component="header" className="frame-head">
        <Container size={size} px="md">
          <Group justify="space-between" wrap="nowrap" h={64}>
            <Group gap={10} wrap="nowrap">
              <OrganisationMark size={30} />
              <Text fw={650} fz={17} className="wordmark">
                {organisation?.name ?? 'Countersign'}
              </Text>
            </Group>
            {aside}
          </Group>
        </Container>
      </Box>
      <Container component="main" id="content" size={size} px="md" pb={64} tabIndex={-1}>
        {children}
        {organisation !== undefined && organisation.help !== '' && (
          <Text component="footer" className="help-text" fz="sm" c="dimmed" mt="xl">
            Need help? {organisation.help}
          </Text>
        )}
      </Container>
    </Box>
  )
}

/** The fragment belongs to the router, so the link must not change it. */
function skip(event: { preventDefault(): void }): void {
  event.preventDefault()
  document.getElementById('content')?.focus()
}
