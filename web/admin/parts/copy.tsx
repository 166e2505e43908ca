import { ActionIcon, Tooltip } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useId } from 'react'

const shownMs = 2000

export function CopyButton({ value, label }: { readonly value: string; readonly label: string }) {
  const clipboard = useClipboard({ timeout: shownMs })
  return (
    <>
      <Tooltip label={clipboard.copied ? 'Copied' : 'Copy'} withinPortal>
        <ActionIcon
          color={clipboard.copied ? 'success' : 'gray'}
          size="md"
          aria-label={`Copy ${label}`}
          onClick={() => clipboard.copy(value)}
        >
          {clipboard.copied ? (
            <IconCheck size={16} aria-hidden />
          ) : (
            <IconCopy size={16} aria-hidden />
          )}
        </ActionIcon>
      </Tooltip>
      <span role="status" className="visually-hidden">
        {clipboard.copied ? `${label} copied` : ''}
      </span>
    </>
  )
}

/** A value to copy: a key, a host name, a link. A click selects the whole value. */
export function CopyField({ label, value }: { readonly label: string; readonly value: string }) {
  const id = useId()
  return (
    <div className="copy-field">
      <label htmlFor={id} className="copy-label">
        {label}
      </label>
      <div className="copy-row">
        <input
          id={id}
          readOnly
          value={value}
          spellCheck={false}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton value={value} label={label} />
      </div>
    </div>
  )
}
