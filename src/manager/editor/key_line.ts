import type { TextLine } from './text_lines.ts'

/** A line `key=value`, taken apart; offsets are in the whole text. */
export interface KeyLine {
  readonly key: string
  readonly keyFrom: number
  readonly keyTo: number
  readonly value: string
  readonly valueFrom: number
  readonly valueTo: number
  /** White space before the key. */
  readonly indentation: string
}

/** Takes a line apart as the parser does; `undefined` for sections, comments and other lines. */
export function parseKeyLine({ text, from }: TextLine): KeyLine | undefined {
  const trimmed = text.trim()
  if (trimmed === '' || /^[;#[]/.test(trimmed)) return undefined
  const separator = text.search(/[=:]/)
  const key = text.slice(0, Math.max(separator, 0)).trim()
  if (key === '') return undefined
  const keyFrom = text.indexOf(key)
  const rest = text.slice(separator + 1)
  const value = rest.trim()
  const valueFrom = separator + 1 + (value === '' ? 0 : rest.length - rest.trimStart().length)
  return {
    key,
    keyFrom: from + keyFrom,
    keyTo: from + keyFrom + key.length,
    value,
    valueFrom: from + valueFrom,
    valueTo: from + valueFrom + value.length,
    indentation: text.slice(0, keyFrom),
  }
}
