import { Button } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'

/** Saves a text of the page as a file. */
export function DownloadButton({
  fileName,
  text,
  label = 'Download',
}: {
  readonly fileName: string
  readonly text: string
  readonly label?: string
}) {
  return (
    <Button
      component="a"
      variant="default"
      size="xs"
      leftSection={<IconDownload size={16} aria-hidden />}
      href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
      download={fileName}
    >
      {label}
    </Button>
  )
}
