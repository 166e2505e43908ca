import { ActionIcon, Group, Menu, Paper, Stack, Text } from '@mantine/core'
import {
  IconDeviceMobile,
  IconDots,
  IconGripVertical,
  IconKey,
  IconMessage,
  IconPencil,
  IconTrash,
} from '@tabler/icons-react'
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react'
import { TypedWord } from '../../parts/typed_word.tsx'
import { type Device, portal } from '../api.ts'
import { useChange } from './belongings.ts'
import { RemoveDialog } from './remove_dialog.tsx'
import { RenameDialog } from './rename_dialog.tsx'

export interface Movable {
  readonly place: number
  readonly movable: boolean
  readonly onDrag: (y: number) => void
  readonly onDropped: () => void
  readonly onStep: (by: number) => void
}

export function DeviceRow({
  device,
  ...moving
}: { readonly device: Device } & (Movable | Partial<Record<keyof Movable, undefined>>)) {
  const [dialog, setDialog] = useState<'rename' | 'remove'>()
  const [dragged, setDragged] = useState(false)
  const name = describeDevice(device)
  const rename = useChange((to: string) => portal.rename(device.id, to), 'Device renamed')
  const remove = useChange<void>(() => portal.remove(device.id), `${name} removed`)
  const { id, kind, platform, number, typed, ways, removable } = device
  const close = () => setDialog(undefined)
  const details = [numberWords(number), kind === 'token' ? 'Hardware token' : platform].filter(
    (text) => text !== '' && text !== name,
  )
  return (
    <Paper
      component="li"
      p="md"
      className="device"
      data-phone={kind === 'phone' ? id : undefined}
      data-dragged={dragged || undefined}
    >
      <Group wrap="nowrap" gap="sm" align="flex-start">
        {moving.movable === true && (
          <Handle name={name} moving={moving} dragged={dragged} setDragged={setDragged} />
        )}
        <DeviceIcon device={device} />
        <Stack gap={6} className="device-text">
          <div>
            <Text fw={600} className="break">
              {name}
            </Text>
            {details.length > 0 && (
              <Text fz="sm" c="dimmed">
                {details.join(' · ')}
              </Text>
            )}
          </div>
          <Group gap={6}>
            {typed.map((word) => (
              <TypedWord key={word}>{word}</TypedWord>
            ))}
            {ways.includes('passcode') && (
              <Text fz="sm" c="dimmed" component="span">
                {typed.length > 0 ? 'or a passcode' : 'Type its passcode'}
              </Text>
            )}
            {ways.length === 0 && (
              <Text fz="sm" c="var(--warning)" component="span">
                Can’t be used: the app is not activated and SMS is off
              </Text>
            )}
          </Group>
        </Stack>
        {kind === 'phone' && (
          <Menu position="bottom-end" width={180}>
            <Menu.Target>
              <ActionIcon aria-label={`Change ${name}`}>
                <IconDots size={20} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                leftSection={<IconPencil size={18} aria-hidden />}
                onClick={() => setDialog('rename')}
              >
                Rename
              </Menu.Item>
              <Menu.Item
                color="danger"
                leftSection={<IconTrash size={18} aria-hidden />}
                onClick={() => setDialog('remove')}
              >
                Remove
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </Group>
      <RenameDialog
        opened={dialog === 'rename'}
        name={device.name}
        change={rename}
        onClose={close}
      />
      <RemoveDialog
        opened={dialog === 'remove'}
        name={name}
        change={remove}
        onClose={close}
        refused={
          removable ? undefined : 'This is your only way to sign in. Add another device first.'
        }
        consequence="You can no longer sign in with it."
      />
    </Paper>
  )
}

function Handle({
  name,
  moving,
  dragged,
  setDragged,
}: {
  readonly name: string
  readonly moving: Movable
  readonly dragged: boolean
  readonly setDragged: (dragged: boolean) => void
}) {
  const { place, onDrag, onDropped, onStep } = moving
  const pressed = useRef(false)
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (by === undefined) return
    event.preventDefault()
    onStep(by)
  }
  const drop = (event: PointerEvent) => {
    if (!pressed.current) return
    pressed.current = false
    event.currentTarget.releasePointerCapture(event.pointerId)
    setDragged(false)
    onDropped()
  }
  return (
    <button
      type="button"
      className="handle"
      aria-label={`${name}: number ${place}. Use the up and down arrow keys to move it`}
      data-dragged={dragged || undefined}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        pressed.current = true
        event.currentTarget.setPointerCapture(event.pointerId)
        setDragged(true)
      }}
      onPointerMove={(event) => {
        if (pressed.current) onDrag(event.clientY)
      }}
      onPointerUp={drop}
      onPointerCancel={drop}
    >
      <IconGripVertical size={18} aria-hidden />
      <span aria-hidden>{place}</span>
    </button>
  )
}

function DeviceIcon({ device: { kind, ways } }: { readonly device: Device }) {
  const Icon = kind === 'token' ? IconKey : ways.includes('push') ? IconDeviceMobile : IconMessage
  return (
    <span className="device-icon">
      <Icon size={22} aria-hidden />
    </span>
  )
}

function describeDevice({ name, kind, platform, number }: Device): string {
  if (name !== '') return name
  if (kind === 'token') return 'Token'
  return platform || numberWords(number) || 'Phone'
}

function numberWords(lastDigits: string): string {
  return lastDigits === '' ? '' : `Number ending in ${lastDigits}`
}
