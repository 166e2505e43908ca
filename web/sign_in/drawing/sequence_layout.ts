import type { TraceEvent } from '../../../src/workspaces/web/page_api.ts'
import { isLost, nameEvent } from './event_tone.ts'
import type { ShownNode } from './node_names.ts'

/** An event as an arrow. Lengths are in pixels. */
export interface Arrow {
  readonly event: TraceEvent
  readonly y: number
  readonly fromX: number
  /** Where the line ends: half way if the packet was lost. */
  readonly toX: number
  readonly label: string
  readonly labelX: number
  /** Since the beginning of the group. */
  readonly time: string
}

/** A time in which nothing happened. */
export interface Pause {
  readonly y: number
  readonly text: string
}

export interface SequenceLayout {
  readonly width: number
  readonly height: number
  readonly columns: readonly { readonly node: ShownNode; readonly x: number }[]
  readonly columnWidth: number
  readonly arrows: readonly Arrow[]
  readonly pauses: readonly Pause[]
  /** Where the next event will be. */
  readonly nextY: number
}

/** Height of the head with the names of the nodes. */
export const headHeight = 60
/** Width of the times at the left. */
const gutter = 62
const rowHeight = 40
const pauseHeight = 26
const pauseFromMs = 1000
/** Of bold text, on average. */
const characterWidth = 7.2
/** A mark and a space before the label. */
const markLength = 2
const selfLength = 26

/** Places the events of a group below each other, in a given width. */
export function layOutSequence(
  events: readonly TraceEvent[],
  nodes: readonly ShownNode[],
  width: number,
): SequenceLayout {
  const columnWidth = (width - gutter) / Math.max(1, nodes.length)
  const columns = nodes.map((node, index) => ({ node, x: gutter + columnWidth * (index + 0.5) }))
  const xOf = new Map(columns.map(({ node, x }) => [node.id, x]))
  const startMs = events[0]?.atMs ?? 0
  const arrows: Arrow[] = []
  const pauses: Pause[] = []
  let y = headHeight + rowHeight * 0.25
  let lastMs = startMs
  for (const event of events) {
    const quietMs = event.atMs - lastMs
    if (quietMs >= pauseFromMs) {
      pauses.push({ y, text: `${formatDuration(quietMs)} later` })
      y += pauseHeight
    }
    lastMs = Math.max(lastMs, event.atMs)
    // nothing was sent when nobody replied
    const from = event.outcome === 'timeout' ? event.to : event.from
    const fromX = xOf.get(from) ?? gutter
    const fullX = from === event.to ? fromX + selfLength : (xOf.get(event.to) ?? gutter)
    const toX = isLost(event) ? fromX + (fullX - fromX) * 0.55 : fullX
    const label = fitText(nameEvent(event), width - gutter - 12)
    const half = ((label.length + markLength) * characterWidth) / 2
    const middle = (fromX + fullX) / 2
    arrows.push({
      event,
      y: y + rowHeight * 0.55,
      fromX,
      toX,
      label,
      labelX: Math.min(Math.max(middle, gutter + half), width - half),
      time: formatDuration(event.atMs - startMs),
    })
    y += rowHeight
  }
  return { width, height: y + 22, columns, columnWidth, arrows, pauses, nextY: y + 6 }
}

function fitText(text: string, width: number): string {
  const max = Math.max(8, Math.floor(width / characterWidth) - markLength)
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`
}

/** `12 ms`, `1.4 s` */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`
}
