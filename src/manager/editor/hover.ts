import { IniDocument } from '../../config/ini_document.ts'
import { formatKeyName, parseKeyName } from '../../config/key_name.ts'
import { findSectionKind } from '../../config/section.ts'
import type { ConfigModel } from './config_model.ts'
import { parseKeyLine } from './key_line.ts'
import { listLines } from './text_lines.ts'

/** What the editor shows about a name under the pointer. */
export interface Explanation {
  readonly from: number
  readonly to: number
  /** `[main]` or a key. */
  readonly title: string
  /** Markdown with code spans only. */
  readonly meaning: string
  /** Names and values, such as `Default` and `1812`. */
  readonly facts: readonly (readonly [name: string, value: string])[]
}

/** Explains the section or the key at a place; `undefined` if it has no known name. */
export function explainAt(
  text: string,
  offset: number,
  { table }: ConfigModel,
): Explanation | undefined {
  const line = listLines(text).find(({ from, to }) => from <= offset && offset <= to)
  if (line === undefined) return undefined
  const { sections } = IniDocument.parse(text)
  const section = sections.findLast((candidate) => candidate.line <= line.number)
  if (section === undefined) return undefined
  const kind = findSectionKind(section.name.toLowerCase(), table)
  if (kind === undefined) return undefined
  if (section.line === line.number) {
    const facts =
      kind.status === undefined ? [] : [[capitalise(kind.status), kind.advice ?? ''] as const]
    return {
      from: line.from,
      to: line.to,
      title: `[${section.name}]`,
      meaning: kind.meaning,
      facts,
    }
  }
  const entry = parseKeyLine(line)
  if (entry === undefined || offset > entry.keyTo || offset < entry.keyFrom) return undefined
  const name = parseKeyName(entry.key.toLowerCase(), kind.options, table)
  if (name === undefined) return undefined
  const { option } = name
  return {
    from: entry.keyFrom,
    to: entry.keyTo,
    title: formatKeyName(name),
    meaning: option.meaning,
    facts: [
      ['Value', option.type.form],
      ...(option.required === true ? [['Required', 'yes'] as const] : []),
      ...((option.default ?? '') === '' ? [] : [['Default', `\`${option.default}\``] as const]),
      ...(option.inherited === true
        ? [['Inherited from', `[${table.inheritsFrom}]`] as const]
        : []),
      ...(option.source === undefined ? [] : [['Where from', option.source] as const]),
      ...(option.status === undefined ? [] : [['Status', option.status] as const]),
    ],
  }
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
