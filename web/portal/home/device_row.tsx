import { ActionIcon, Group, Menu, Paper, Stack, Text } from '@mantine/core'
import {
  IconClockCode,
  IconDeviceMobile,
  IconDots,
  IconKey,
  IconMessage,
  IconPencil,
  IconTrash,
} from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { TypedWord } from '../../parts/typed_word.tsx'
import { type Device, portal } from '../api.ts'
import { useChange } from './belongings.ts'
import { RemoveDialog } from './remove_dialog.tsx'
import { RenameDialog } from './rename_dialog.tsx'

const kindWords: Partial<Record<Device['kind'], string>> = {
  app: 'Authenticator app',
  token: 'Hardware token',
}

/** @param props.handle Moves the row, if it has an order. */
export function DeviceRow({
  device,
  handle,
}: {
  readonly device: Device
  readonly handle?: ReactNode
}) {
  const [dialog, setDialog] = useState<'rename' | 'remove'>()
  const name = describeDevice(device)
  const rename = useChange((to: string) => portal.rename(device, to), 'Device renamed')
  const remove = useChange<void>(() => portal.remove(device), `${name} removed`)
  const { kind, platform, number, typed, ways, removable } = device
  const close = () => setDialog(undefined)
  const details = [numberWords(number), kindWords[kind] ?? platform].filter(
    (text) => text !== '' && text !== name,
  )
  return (
    <Paper component="li" p="md" className="device">
      <Group wrap="nowrap" gap="sm" align="flex-start">
        {handle}
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
        {kind !== 'token' && (
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

function DeviceIcon({ device: { kind, ways } }: { readonly device: Device }) {
  const Icon =
    kind === 'token'
      ? IconKey
      : kind === 'app'
        ? IconClockCode
        : ways.includes('push')
          ? IconDeviceMobile
          : IconMessage
  return (
    <span className="device-icon">
      <Icon size={22} aria-hidden />
    </span>
  )
}

export function describeDevice({ name, kind, platform, number }: Device): string {
  if (name !== '') return name
  if (kind === 'token') return 'Token'
  return platform || numberWords(number) || 'Phone'
}

function numberWords(lastDigits: string): string {
  return lastDigits === '' ? '' : `Number ending in ${lastDigits}`
}
