import { useClipboard } from '@mantine/hooks'
import { IconCheck, IconCopy } from '@tabler/icons-react'

export function CopiedCode({ code }: { readonly code: string }) {
  const clipboard = useClipboard({ timeout: 2000 })
  const Icon = clipboard.copied ? IconCheck : IconCopy
  return (
    <button
      type="button"
      className="copied-code"
      aria-label={`${clipboard.copied ? 'Copied' : 'Copy'} ${code}`}
      onClick={() => clipboard.copy(code)}
    >
      {code}
      <Icon size={14} aria-hidden />
    </button>
  )
}
