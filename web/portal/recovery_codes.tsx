import { Button, Group, Paper, SimpleGrid, Stack, Text } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { IconCheck, IconCopy, IconDownload, IconPrinter } from '@tabler/icons-react'

/** Shows new recovery codes, to copy, save or print. */
export function RecoveryCodes({ codes }: { readonly codes: readonly string[] }) {
  const clipboard = useClipboard({ timeout: 2500 })
  return (
    <Paper className="codes">
      <Stack gap="md">
        <SimpleGrid
          component="ol"
          cols={{ base: 1, xs: 2 }}
          spacing={8}
          verticalSpacing={8}
          className="code-list"
        >
          {codes.map((code) => (
            <li key={code}>
              <Text ff="monospace" fz="lg" component="span" aria-label={[...code].join(' ')}>
                {grouped(code)}
              </Text>
            </li>
          ))}
        </SimpleGrid>
        <Group gap="xs" className="no-print">
          <Button
            variant="light"
            size="sm"
            leftSection={
              clipboard.copied ? (
                <IconCheck size={18} aria-hidden />
              ) : (
                <IconCopy size={18} aria-hidden />
              )
            }
            onClick={() => clipboard.copy(codes.join('\n'))}
          >
            {clipboard.copied ? 'Copied' : 'Copy'}
          </Button>
          <Button
            variant="light"
            size="sm"
            component="a"
            download="countersign-recovery-codes.txt"
            href={`data:text/plain;charset=utf-8,${encodeURIComponent(buildFile(codes))}`}
            leftSection={<IconDownload size={18} aria-hidden />}
          >
            Save as a file
          </Button>
          <Button
            variant="light"
            size="sm"
            leftSection={<IconPrinter size={18} aria-hidden />}
            onClick={() => window.print()}
          >
            Print
          </Button>
        </Group>
      </Stack>
    </Paper>
  )
}

function grouped(code: string): string {
  return code.replace(/(\d{3})(?=\d)/g, '$1 ')
}

function buildFile(codes: readonly string[]): string {
  return `Countersign recovery codes, made ${new Date().toLocaleDateString()}\nEach works once, in place of a passcode.\n\n${codes.join('\n')}\n`
}
