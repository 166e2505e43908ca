import { completeKeys, completeValues } from '../../config/completion.ts'
import { IniDocument, type IniSection } from '../../config/ini_document.ts'
import { parseKeyName } from '../../config/key_name.ts'
import { findSectionKind } from '../../config/section.ts'
import type { ConfigModel } from './config_model.ts'
import { listLines } from './text_lines.ts'

/** Something that the editor offers to insert. */
export interface Completion {
  readonly label: string
  readonly kind: 'section' | 'key' | 'value'
  /** Beside the label: `required`, `default 1812`. */
  readonly detail: string
  /** What it means, in Markdown with code spans only. */
  readonly meaning: string
  /** What is inserted. */
  readonly insert: string
  /** Higher ones come first; 0 otherwise. */
  readonly rank: number
}

export interface Completions {
  /** What is inserted replaces the text from here to the cursor. */
  readonly from: number
  readonly items: readonly Completion[]
}

/** What can be inserted at a place of a configuration. */
export function completeAt(
  text: string,
  offset: number,
  model: ConfigModel,
): Completions | undefined {
  const line = listLines(text).findLast(({ from }) => from <= offset)
  if (line === undefined) return undefined
  const before = line.text.slice(0, offset - line.from)
  if (/^\s*[;#]/.test(before)) return undefined
  const { sections } = IniDocument.parse(text)
  const header = /^\s*\[\s*([^\]]*)$/.exec(before)
  if (header !== null) {
    const isClosed = line.text.slice(before.length).includes(']')
    return {
      from: offset - (header[1] ?? '').length,
      items: listSections(sections, line.number, isClosed, model),
    }
  }
  const section = sections.findLast((candidate) => candidate.line < line.number)
  if (section === undefined) return undefined
  const value = /^\s*([A-Za-z0-9_]+)\s*[=:]\s*(.*)$/.exec(before)
  if (value !== null) {
    const [, key = '', written = ''] = value
    const word = /[^,\s]*$/.exec(written)?.[0] ?? ''
    return { from: offset - word.length, items: listValues(sections, section, key, model) }
  }
  const key = /^\s*([A-Za-z0-9_]*)$/.exec(before)
  if (key === null) return undefined
  return {
    from: offset - (key[1] ?? '').length,
    items: listKeys(section, line.number, line.text.slice(before.length), model),
  }
}

function listSections(
  present: readonly IniSection[],
  line: number,
  isClosed: boolean,
  { table }: ConfigModel,
): Completion[] {
  const names = present.filter((section) => section.line !== line).map(({ name }) => name)
  return table.sections.flatMap(({ name, repeatable, meaning, status }) => {
    const isPresent = names.includes(name)
    if (isPresent && repeatable !== true) return []
    let number = 2
    while (names.includes(`${name}${number}`)) number++
    const free = isPresent ? `${name}${number}` : name
    return [
      {
        label: free,
        kind: 'section' as const,
        detail: status ?? '',
        meaning,
        insert: isClosed ? free : `${free}]`,
        rank: status === undefined ? 1 : -1,
      },
    ]
  })
}

function listKeys(
  section: IniSection,
  line: number,
  after: string,
  { table }: ConfigModel,
): Completion[] {
  const present = section.entries.filter((entry) => entry.line !== line).map(({ key }) => key)
  const suffix = /^\s*[=:]/.test(after) ? '' : '='
  return completeKeys(table, section.name, present).map((offered) => ({
    label: offered.key,
    kind: 'key' as const,
    detail: describeDefault(offered),
    meaning: `${offered.meaning}. Value: ${offered.form}`,
    insert: `${offered.key}${suffix}`,
    rank: offered.required ? 1 : 0,
  }))
}

function describeDefault(offered: { required: boolean; default: string | undefined }): string {
  if (offered.required) return 'required'
  return offered.default === undefined ? '' : `default ${offered.default}`
}

function listValues(
  sections: readonly IniSection[],
  section: IniSection,
  key: string,
  model: ConfigModel,
): Completion[] {
  const { table, attributes, clientKinds } = model
  const { options = {} } = findSectionKind(section.name.toLowerCase(), table) ?? {}
  const option = parseKeyName(key.toLowerCase(), options, table)?.option
  if (option === undefined) return []
  const toItem = (label: string, meaning: string): Completion => {
    const detail = label === option.default ? 'default' : ''
    return { label, kind: 'value', detail, meaning, insert: label, rank: 0 }
  }
  if (option.type.offers === 'radius attributes') return attributes.map((name) => toItem(name, ''))
  if (option.type.offers === 'client sections') {
    return sections.flatMap(({ name }) => {
      const kind = findSectionKind(name.toLowerCase(), table)
      return kind !== undefined && clientKinds.includes(kind.name)
        ? [toItem(name, kind.meaning)]
        : []
    })
  }
  return completeValues(table, section.name, key).map((word) => toItem(word, option.meaning))
}
