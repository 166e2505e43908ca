import {
  IconArrowsLeftRight,
  IconDeviceDesktop,
  IconDeviceMobile,
  IconKey,
  IconServer2,
  IconShieldCheck,
} from '@tabler/icons-react'
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react'
import type { TraceEvent } from '../../../src/workspaces/web/page_api.ts'
import { describeEvent } from './event_text.ts'
import { isLost, type Tone, toneOf } from './event_tone.ts'
import type { ShownNode } from './node_names.ts'
import { type Arrow, headHeight, layOutSequence } from './sequence_layout.ts'

declare module 'react' {
  interface CSSProperties {
    '--travel'?: string
  }
}

const minWidth = 300
const marks: Readonly<Record<Tone, string>> = { plain: '', success: '✓', danger: '✕', warning: '↻' }

/** The packets of a group as a sequence diagram: time goes down, each node has a line. */
export function Sequence({
  title,
  events,
  nodes,
  isRunning,
  selected,
  onSelect,
}: {
  readonly title: string
  readonly events: readonly TraceEvent[]
  readonly nodes: readonly ShownNode[]
  readonly isRunning: boolean
  readonly selected: number | undefined
  readonly onSelect: (seq: number) => void
}) {
  const { box, width } = useWidth()
  const layout = layOutSequence(events, nodes, width)
  const last = layout.arrows.at(-1)
  const focusable = selected ?? layout.arrows[0]?.event.seq
  return (
    <div ref={box} className="sequence">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset can't be in a drawing */}
      <svg
        width={layout.width}
        height={layout.height}
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        role="group"
        aria-label={`Drawing: ${title}. The arrow keys go from packet to packet.`}
      >
        {layout.columns.map(({ node, x }) => (
          <NodeColumn
            key={node.id}
            node={node}
            x={x}
            height={layout.height}
            width={layout.columnWidth}
          />
        ))}
        {layout.pauses.map(({ y, text }) => (
          <text key={y} x={4} y={y + 15} className="sequence-pause">
            ⋮ {text}
          </text>
        ))}
        {layout.arrows.map((arrow) => (
          <Packet
            key={arrow.event.seq}
            arrow={arrow}
            nodes={nodes}
            isFocusable={arrow.event.seq === focusable}
            isSelected={arrow.event.seq === selected}
            onSelect={onSelect}
          />
        ))}
        {isRunning && last !== undefined && (
          <circle className="sequence-waiting" cx={last.toX} cy={layout.nextY} r={5} />
        )}
      </svg>
    </div>
  )
}

const icons: Readonly<Record<string, typeof IconKey>> = {
  client: IconDeviceDesktop,
  domain: IconKey,
  controller: IconServer2,
  proxy: IconArrowsLeftRight,
  service: IconShieldCheck,
  phone: IconDeviceMobile,
}
const iconSize = 20
/** Below it, an address such as 127.0.0.1:1812 would touch the border. */
const narrow = 112

function NodeColumn({
  node,
  x,
  width,
  height,
}: {
  readonly node: ShownNode
  readonly x: number
  readonly width: number
  readonly height: number
}) {
  const isNarrow = width < narrow
  const Icon = icons[node.id.split('-', 1)[0] ?? ''] ?? IconServer2
  return (
    <g aria-hidden className="sequence-column" data-narrow={isNarrow || undefined}>
      <line x1={x} y1={headHeight - 4} x2={x} y2={height} className="sequence-lifeline" />
      <Icon x={x - iconSize / 2} y={0} width={iconSize} height={iconSize} stroke={1.7} />
      <text x={x} y={34} className="sequence-node">
        {isNarrow ? node.shortName : node.name}
      </text>
      {!isNarrow && (
        <text x={x} y={48} className="sequence-address">
          {node.address}
        </text>
      )}
    </g>
  )
}

function Packet({
  arrow,
  nodes,
  isFocusable,
  isSelected,
  onSelect,
}: {
  readonly arrow: Arrow
  readonly nodes: readonly ShownNode[]
  readonly isFocusable: boolean
  readonly isSelected: boolean
  readonly onSelect: (seq: number) => void
}) {
  const { event, y, fromX, toX, label, labelX, time } = arrow
  const tone = toneOf(event)
  const direction = toX < fromX ? -1 : 1
  const lost = isLost(event)
  return (
    // biome-ignore lint/a11y/useSemanticElements: HTML buttons can't be in a drawing
    <g
      role="button"
      className="packet"
      data-tone={tone}
      data-kind={event.kind}
      data-selected={isSelected || undefined}
      tabIndex={isFocusable ? 0 : -1}
      aria-pressed={isSelected}
      aria-label={`${time}: ${describeEvent(event, nodes)}`}
      onClick={() => onSelect(event.seq)}
      onKeyDown={(pressed) => moveFocus(pressed, () => onSelect(event.seq))}
    >
      <rect className="packet-row" x={0} y={y - 26} width="100%" height={38} rx={6} />
      <text className="packet-time" x={4} y={y + 4}>
        {time}
      </text>
      <line className="packet-line" x1={fromX} y1={y} x2={toX} y2={y} pathLength={1} />
      {lost ? (
        <path className="packet-cross" d={`M${toX - 5} ${y - 5} l10 10 m0 -10 l-10 10`} />
      ) : (
        <path className="packet-head" d={`M${toX} ${y} l${-8 * direction} -4.5 v9 z`} />
      )}
      <circle
        className="packet-dot"
        cx={fromX}
        cy={y}
        r={5}
        style={{ '--travel': `${toX - fromX}px` }}
      />
      <text className="packet-label" x={labelX} y={y - 8}>
        {marks[tone] === '' ? label : `${marks[tone]} ${label}`}
      </text>
    </g>
  )
}

function moveFocus(pressed: KeyboardEvent<SVGGElement>, select: () => void): void {
  const { key, currentTarget } = pressed
  if (key === 'Enter' || key === ' ') {
    pressed.preventDefault()
    select()
    return
  }
  const packets = [
    ...(currentTarget.ownerSVGElement?.querySelectorAll<SVGGElement>('.packet') ?? []),
  ]
  const at = packets.indexOf(currentTarget)
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: packets.length - 1 }[key]
  if (next === undefined) return
  pressed.preventDefault()
  packets[next]?.focus()
}

/** The width that the drawing has, as the window changes. */
function useWidth() {
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(minWidth)
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const measure = () => setWidth(Math.max(minWidth, Math.floor(element.clientWidth)))
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return { box, width }
}
