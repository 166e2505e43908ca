import { TextInput } from '@mantine/core'
import type { Ref } from 'react'

/** A field for a code. Phones offer to fill it in from an SMS. */
export function CodeInput({
  label,
  description,
  value,
  onChange,
  error,
  digits,
  ref,
}: {
  readonly label: string
  readonly description?: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly error?: string | undefined
  readonly digits?: number
  readonly ref?: Ref<HTMLInputElement>
}) {
  return (
    <TextInput
      ref={ref}
      label={label}
      description={description}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={error}
      size="lg"
      inputMode={digits === undefined ? 'text' : 'numeric'}
      autoComplete="one-time-code"
      autoCapitalize="off"
      autoCorrect="off"
      spellCheck={false}
      data-autofocus
      maxLength={digits === undefined ? 64 : digits + 4}
      classNames={{ input: 'code-input' }}
    />
  )
}
