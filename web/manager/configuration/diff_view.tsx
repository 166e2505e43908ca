import { useMemo } from 'react'
import { type DiffLine, diffLines } from '../../../src/manager/editor/line_diff.ts'
import { findSecrets, maskSecrets } from '../../../src/manager/editor/secret_ranges.ts'

const context = 3

interface ShownLine extends DiffLine {
  readonly masked: string
}

/** Two versions of a configuration line by line; secrets are dots. */
export function DiffView({
  before,
  after,
  label,
}: {
  readonly before: string
  readonly after: string
  readonly label: string
}) {
  const lines = useMemo(() => compare(before, after), [before, after])
  const hunks = useMemo(() => splitHunks(lines), [lines])
  if (hunks.length === 0) return <p className="diff-same">Both versions are the same.</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must be reachable by keyboard
    <section className="diff" aria-label={label} tabIndex={0}>
      <table>
        <tbody>
          {hunks.map((hunk, index) => [
            ...(index > 0
              ? [
                  <tr key={`gap ${hunk[0]?.before} ${hunk[0]?.after}`} className="diff-gap">
                    <td colSpan={4}>⋯</td>
                  </tr>,
                ]
              : []),
            ...hunk.map((line) => <Line key={`${line.before} ${line.after}`} line={line} />),
          ])}
        </tbody>
      </table>
    </section>
  )
}

const signs = { same: ' ', added: '+', removed: '−' } as const
const kindWords = { same: '', added: 'added: ', removed: 'removed: ' } as const

function Line({ line }: { readonly line: ShownLine }) {
  return (
    <tr data-kind={line.kind}>
      <td className="diff-number">{line.before}</td>
      <td className="diff-number">{line.after}</td>
      <td className="diff-sign" aria-hidden>
        {signs[line.kind]}
      </td>
      <td className="diff-text">
        <span className="visually-hidden">{kindWords[line.kind]}</span>
        {line.masked}
      </td>
    </tr>
  )
}

/** Secrets that differ look different although both are dots. */
function compare(before: string, after: string): ShownLine[] {
  const [old, fresh] = [split(before), split(after)]
  const [oldMasked, freshMasked] = [split(mask(before, '')), split(mask(after, ''))]
  const [oldNoted, freshNoted] = [split(mask(before, ' (old)')), split(mask(after, ' (new)'))]
  const known = new Set(findSecrets(before).map(({ from, to }) => before.slice(from, to)))
  return diffLines(old, fresh).map((line) => {
    const { kind } = line
    if (kind === 'removed') {
      const index = (line.before ?? 1) - 1
      const isReplaced = freshMasked.includes(oldMasked[index] ?? '') && hasSecret(line.text)
      return { ...line, masked: (isReplaced ? oldNoted : oldMasked)[index] ?? '' }
    }
    const index = (line.after ?? 1) - 1
    const isReplacement =
      kind === 'added' &&
      known.size > 0 &&
      oldMasked.includes(freshMasked[index] ?? '') &&
      hasSecret(line.text)
    return { ...line, masked: (isReplacement ? freshNoted : freshMasked)[index] ?? '' }
  })
}

function hasSecret(line: string): boolean {
  return findSecrets(line).length > 0
}

function mask(text: string, note: string): string {
  return maskSecrets(text, undefined, note)
}

function split(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}

/** The changed lines with some lines around them. */
function splitHunks(lines: readonly ShownLine[]): ShownLine[][] {
  const hunks: ShownLine[][] = []
  let last = -1
  for (const [index, line] of lines.entries()) {
    const isNear = lines
      .slice(Math.max(0, index - context), index + context + 1)
      .some(({ kind }) => kind !== 'same')
    if (!isNear) continue
    if (hunks.length === 0 || index !== last + 1) hunks.push([])
    hunks.at(-1)?.push(line)
    last = index
  }
  return hunks
}
