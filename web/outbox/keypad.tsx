import { Button, SimpleGrid } from '@mantine/core'
import type { Call } from './api.ts'

const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#']

/** The keys of a phone; those that mean something have their colour. */
export function Keypad({
  call: { confirmKeys, fraudKey },
  disabled,
  onKey,
}: {
  readonly call: Pick<Call, 'confirmKeys' | 'fraudKey'>
  readonly disabled: boolean
  readonly onKey: (key: string) => void
}) {
  return (
    <SimpleGrid cols={3} spacing={8} verticalSpacing={8} className="keypad">
      {keys.map((key) => {
        const meaning = confirmKeys.includes(key) ? 'sign in' : key === fraudKey ? 'report' : ''
        return (
          <Button
            key={key}
            variant={meaning === '' ? 'default' : 'light'}
            color={meaning === 'report' ? 'danger' : 'primary'}
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
