import { diffLines } from './line_diff.ts'

/** Two changed versions of a text in one. */
export interface MergedText {
  readonly text: string
  /** Places that both changed differently: mine is kept, theirs is a comment above it. */
  readonly conflicts: number
}

interface Change {
  /** Lines of the base that are replaced: from `start` up to `end`, counted from 0. */
  readonly start: number
  readonly end: number
  readonly lines: readonly string[]
}

/** Merges two changed versions of a configuration, line by line. */
export function mergeTexts(base: string, mine: string, theirs: string): MergedText {
  const lines = base.split('\n')
  const own = listChanges(lines, mine.split('\n'))
  const other = listChanges(lines, theirs.split('\n'))
  const merged: string[] = []
  let conflicts = 0
  let place = 0
  while (own.length > 0 || other.length > 0) {
    const start = Math.min(own[0]?.start ?? lines.length, other[0]?.start ?? lines.length)
    merged.push(...lines.slice(place, start))
    const [ownHere, otherHere, end] = takeOverlapping(own, other, start)
    const ownLines = applyWithin(lines, ownHere, start, end)
    const otherLines = applyWithin(lines, otherHere, start, end)
    if (otherHere.length === 0) merged.push(...ownLines)
    else if (ownHere.length === 0) merged.push(...otherLines)
    else if (ownLines.join('\n') === otherLines.join('\n')) merged.push(...ownLines)
    else {
      conflicts++
      merged.push('; changed on disk as well, to:', ...otherLines.map((line) => `; ${line}`))
      merged.push(...ownLines)
    }
    place = end
  }
  merged.push(...lines.slice(place))
  return { text: merged.join('\n'), conflicts }
}

function listChanges(before: readonly string[], after: readonly string[]): Change[] {
  const changes: Change[] = []
  let open: { start: number; end: number; lines: string[] } | undefined
  let place = 0
  for (const { kind, text } of diffLines(before, after)) {
    if (kind === 'same') {
      open = undefined
      place++
      continue
    }
    if (open === undefined) {
      open = { start: place, end: place, lines: [] }
      changes.push(open)
    }
    if (kind === 'added') open.lines.push(text)
    else open.end = ++place
  }
  return changes
}

/** Takes the changes that touch each other from both lists. */
function takeOverlapping(
  own: Change[],
  other: Change[],
  start: number,
): readonly [Change[], Change[], number] {
  const taken: readonly [Change[], Change[]] = [[], []]
  let end = start
  for (;;) {
    const side = [own, other].findIndex((changes) => {
      const next = changes[0]
      return next !== undefined && (next.start === start || next.start < end)
    })
    const next = (side === 0 ? own : other)[0]
    if (side < 0 || next === undefined) return [...taken, end]
    ;(side === 0 ? own : other).shift()
    taken[side === 0 ? 0 : 1].push(next)
    end = Math.max(end, next.end)
  }
}

/** The lines from `start` up to `end`, with changes. */
function applyWithin(
  lines: readonly string[],
  changes: readonly Change[],
  start: number,
  end: number,
): string[] {
  const result: string[] = []
  let place = start
  for (const change of changes) {
    result.push(...lines.slice(place, change.start), ...change.lines)
    place = change.end
  }
  return [...result, ...lines.slice(place, end)]
}
