import { IniDocument, type IniEntry } from '../../config/ini_document.ts'
import { formatKeyName, parseKeyName } from '../../config/key_name.ts'
import type { SectionKind } from '../../config/option.ts'
import { findSectionKind, type Setting } from '../../config/section.ts'
import { proxyTable } from '../../proxy/sections/section_table.ts'
import { mask, maskedValue } from '../connectivity/masked_settings.ts'

/**
 * The configuration line by line, as far as it is known to be public: section names, known keys, and
 * values of keys that are no secret. Everything else is left out, with a note in its place, so that
 * line numbers stay.
 */
export function redactConfig(text: string): string {
  const lines = text.split(/\r\n|\n|\r/)
  const shown = lines.map((line): string => {
    const trimmed = line.trim()
    if (trimmed === '') return ''
    return /^[;#]/.test(trimmed) ? showComment(trimmed) : '; (line left out)'
  })
  for (const { name, line, entries } of IniDocument.parse(text).sections) {
    const kind = findSectionKind(name.toLowerCase(), proxyTable)
    shown[line - 1] = kind === undefined ? '; (unknown section)' : `[${name}]`
    for (const entry of entries) shown[entry.line - 1] = showEntry(entry, kind)
  }
  return shown.join('\n')
}

function showEntry(entry: IniEntry, kind: SectionKind | undefined): string {
  const parsed = kind && parseKeyName(entry.key.toLowerCase(), kind.options, proxyTable)
  if (parsed === undefined) return '; (unknown key)'
  const setting = { ...parsed, entry }
  // a value that does not suit its key may be a secret in the wrong place
  const value =
    parsed.option.type.secret === true || isShownValue(setting) ? maskedValue(setting) : mask
  return `${formatKeyName(parsed)}=${value}`.replaceAll('\n', ' ')
}

/** Whether the value of a setting is shown: it is no secret, and suits its key. */
export function isShownValue(setting: Setting): boolean {
  const { key, option, entry } = setting
  if (option.type.secret === true || maskedValue(setting) === mask) return false
  const lines = option.type.multiline === true ? entry.value : (entry.value.split('\n')[0] ?? '')
  return entry.value === '' || 'value' in option.type.parse(lines, key)
}

/** A setting that is commented out is shown like one that is not; any other comment is left out. */
function showComment(line: string): string {
  const text = line.replace(/^[;#\s]+/, '')
  const [entry] = IniDocument.parse(`[main]\n${text}`).sections[0]?.entries ?? []
  if (entry === undefined) return '; (comment left out)'
  for (const kind of proxyTable.sections) {
    const shown = showEntry(entry, kind)
    if (!shown.startsWith(';')) return `; ${shown}`
  }
  return '; (comment left out)'
}
