import { Stack, Text, VisuallyHidden } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { DragHandle } from '../../parts/drag_handle.tsx'
import { useOrder } from '../../parts/order.ts'
import type { Device } from '../api.ts'
import { useReorder } from './belongings.ts'
import { DeviceRow, describeDevice } from './device_row.tsx'

/**
 * Phones, reordered by dragging or with the arrow keys, followed by authenticator apps and tokens, which have no order.
 */
export function DeviceList({ devices }: { readonly devices: readonly Device[] }) {
  const phones = devices.filter(({ kind }) => kind === 'phone')
  const tokens = devices.filter(({ kind }) => kind !== 'phone')
  const reorder = useReorder()
  const { order, said, moveTo, keep } = useOrder(phones, {
    keyOf: ({ id }) => id,
    nameOf: describeDevice,
    save: reorder.mutateAsync,
  })
  const rows = useRef<HTMLUListElement>(null)
  const count = useRef(devices.length)
  // the focused element may have been removed with its row
  useEffect(() => {
    if (devices.length < count.current && document.activeElement === document.body) {
      rows.current?.focus()
    }
    count.current = devices.length
  }, [devices.length])

  return (
    <Stack gap="sm">
      <VisuallyHidden aria-live="assertive">{said}</VisuallyHidden>
      <ul ref={rows} className="devices" tabIndex={-1} aria-label="Your devices, in order">
        {order.map((device, index) => (
          <DeviceRow
            key={device.id}
            device={device}
            handle={
              order.length > 1 && (
                <DragHandle
                  name={describeDevice(device)}
                  place={index + 1}
                  onMove={(to) => moveTo(device.id, to)}
                  onDropped={keep}
                />
              )
            }
          />
        ))}
        {tokens.map((device) => (
          <DeviceRow key={device.id} device={device} />
        ))}
      </ul>
      {order.length > 1 && (
        <Text fz="sm" c="dimmed">
          The first phone is used unless you choose another. To change the order, drag a phone by
          its handle or use the arrow keys.
        </Text>
      )}
    </Stack>
  )
}
