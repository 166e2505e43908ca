import { Kbd } from '@mantine/core'
import { Dialog } from '../../parts/dialog.tsx'

const isApple = /mac/i.test(navigator.platform)
const mod = isApple ? '⌘' : 'Ctrl'

const keys: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['Ctrl', 'Space'], 'Suggest sections, keys or values'],
  [[mod, 'S'], 'Save: shows the changes first'],
  [[mod, 'Enter'], 'Validate'],
  [['Shift', 'Alt', 'F'], 'Format'],
  [['F8'], 'Go to the next problem, with its correction'],
  [['Alt', 'S'], 'Show the secret in this line'],
  [[mod, 'F'], 'Find and replace'],
  [[mod, 'Z'], 'Undo'],
  [[mod, 'Shift', '['], 'Fold the section; with ] unfold it'],
  [[mod, '/'], 'Comment the line out, or in again'],
  [['Alt', '↑'], 'Move the line up; with ↓ down'],
  [['Tab'], 'Leave the editor'],
]

export function KeyboardDialog({
  opened,
  onClose,
}: {
  readonly opened: boolean
  readonly onClose: () => void
}) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Keyboard" size={520}>
      <dl className="keys">
        {keys.map(([combination, does]) => (
          <div key={does}>
            <dt>
              {combination.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
