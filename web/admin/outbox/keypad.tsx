import { Button, SimpleGrid } from '@mantine/core'
import type { Call } from './outbox.ts'

const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#']

export function Keypad({
  call: { confirm_keys: confirmKeys, fraud_key: fraudKey },
  disabled,
  onKey,
}: {
  readonly call: Pick<Call, 'confirm_keys' | 'fraud_key'>
  readonly disabled: boolean
  readonly onKey: (key: string) => void
}) {
  return (
    <SimpleGrid cols={3} spacing={8} verticalSpacing={8} className="keypad">
      {keys.map((key) => {
        const meaning = confirmKeys.includes(key)
          ? 'approve'
          : key === fraudKey
            ? 'report fraud'
            : ''
        return (
          <Button
            key={key}
            variant={meaning === '' ? 'default' : 'light'}
            color={meaning === 'report fraud' ? 'danger' : 'primary'}
            className="keypad-key"
            disabled={disabled}
            aria-label={meaning === '' ? `Key ${key}` : `Key ${key}, ${meaning}`}
            onClick={() => onKey(key)}
          >
            {key}
          </Button>
        )
      })}
    </SimpleGrid>
  )
}
