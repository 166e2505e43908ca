import { Stack, Text, VisuallyHidden } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import type { Device } from '../api.ts'
import { useReorder } from './belongings.ts'
import { DeviceRow } from './device_row.tsx'

/**
 * Phones, reordered by dragging or with the arrow keys, followed by tokens, which have no order.
 */
export function DeviceList({ devices }: { readonly devices: readonly Device[] }) {
  const phones = devices.filter(({ kind }) => kind === 'phone')
  const tokens = devices.filter(({ kind }) => kind === 'token')
  const { order, said, moveTo, keep } = useOrder(phones)
  const rows = useRef<HTMLUListElement>(null)
  const count = useRef(devices.length)
  // the focused element may have been removed with its row
  useEffect(() => {
    if (devices.length < count.current && document.activeElement === document.body) {
      rows.current?.focus()
    }
    count.current = devices.length
  }, [devices.length])

  /** The new position of a row dragged to this height. */
  const placeAt = (y: number): number => {
    const items = [...(rows.current?.querySelectorAll('[data-phone]') ?? [])]
    const below = items.findIndex((item) => {
      const { top, height } = item.getBoundingClientRect()
      return y < top + height / 2
    })
    return below < 0 ? items.length - 1 : below
  }

  return (
    <Stack gap="sm">
      <VisuallyHidden aria-live="assertive">{said}</VisuallyHidden>
      <ul ref={rows} className="devices" tabIndex={-1} aria-label="Your devices, in order">
        {order.map((device, index) => (
          <DeviceRow
            key={device.id}
            device={device}
            place={index + 1}
            movable={order.length > 1}
            onDrag={(y) => moveTo(device.id, placeAt(y))}
            onDropped={keep}
            onStep={(by) => {
              moveTo(device.id, index + by)
              keep()
            }}
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

/** The order on screen, which may not be saved yet. */
function useOrder(phones: readonly Device[]) {
  const reorder = useReorder()
  const [order, setOrder] = useState(phones)
  const [said, setSaid] = useState('')
  const current = useRef(order)
  const kept = useRef('')
  const ids = phones.map(({ id, name, typed }) => `${id} ${name} ${typed.join()}`).join('\n')
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the phones are, and not which array
  useEffect(() => {
    current.current = phones
    kept.current = phoneIds(phones)
    setOrder(phones)
  }, [ids])
  const moveTo = (id: string, to: number): void => {
    const from = current.current.findIndex((phone) => phone.id === id)
    const place = Math.max(0, Math.min(current.current.length - 1, to))
    const moved = current.current[from]
    if (moved === undefined || place === from) return
    const next = current.current.toSpliced(from, 1).toSpliced(place, 0, moved)
    current.current = next
    setOrder(next)
    setSaid(`${moved.name || 'Phone'} is now number ${place + 1} of ${next.length}`)
  }
  const keep = (): void => {
    if (phoneIds(current.current) === kept.current) return
    kept.current = phoneIds(current.current)
    reorder.mutate(current.current.map(({ id }) => id))
  }
  return { order, said, moveTo, keep }
}

function phoneIds(phones: readonly Device[]): string {
  return phones.map(({ id }) => id).join()
}
