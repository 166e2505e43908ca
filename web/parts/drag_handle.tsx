import { IconGripVertical } from '@tabler/icons-react'
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react'

/**
 * Moves an element of a list: drag it with the pointer, or focus it and use the arrow keys. The elements
 * with a handle have an order.
 *
 * @param props.name What is moved.
 * @param props.place Its number, from 1 on.
 * @param props.onMove Receives the new place, from 0 on.
 * @param props.onDropped The place is final.
 */
export function DragHandle({
  name,
  place,
  onMove,
  onDropped,
}: {
  readonly name: string
  readonly place: number
  readonly onMove: (to: number) => void
  readonly onDropped: () => void
}) {
  const pressed = useRef(false)
  const [dragged, setDragged] = useState(false)
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (by === undefined) return
    event.preventDefault()
    onMove(place - 1 + by)
    onDropped()
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
        if (pressed.current) onMove(placeAt(event.currentTarget, event.clientY))
      }}
      onPointerUp={drop}
      onPointerCancel={drop}
    >
      <IconGripVertical size={18} aria-hidden />
      <span aria-hidden>{place}</span>
    </button>
  )
}

/** The place of an element that is dragged to this height. */
function placeAt(handle: Element, y: number): number {
  const handles = [...(handle.closest('ul')?.querySelectorAll('.handle') ?? [])]
  const below = handles.findIndex((each) => {
    const { top = 0, height = 0 } = each.closest('li')?.getBoundingClientRect() ?? {}
    return y < top + height / 2
  })
  return below < 0 ? handles.length - 1 : below
}
