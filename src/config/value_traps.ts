import type { IniEntry } from './ini_document.ts'
import { parseKeyName } from './key_name.ts'
import type { ConfigTable, Option, Options } from './option.ts'
import type { Report } from './problem.ts'

/** Names that look different may be part of a secret whose line was broken; they are not repeated. */
export const plausibleName = /^[a-z]{1,12}(_[a-z0-9]{1,16}){0,5}\d?$/

/** An unknown key as messages show it. */
export function showUnknownKey(key: string): string {
  return plausibleName.test(key) ? key : 'this key'
}

/**
 * Reports text that is part of a value although it does not look like that: indented lines, comments
 * after the value, quotes.
 *
 * @param option The option that the entry sets; `undefined` if its key is unknown.
 * @param options All options of the section.
 */
export function reportTraps(
  entry: IniEntry,
  option: Option | undefined,
  options: Options,
  table: ConfigTable,
  report: Report,
): void {
  const name = entry.key.toLowerCase()
  const key = option === undefined ? showUnknownKey(name) : name
  reportContinuations(entry, key, option, options, table, report)
  if (entry.value.includes('\uFFFD')) {
    report('error', entry.line, `the value of ${key} is not UTF-8; save the file as UTF-8`)
  }
  if (/\s[;#]/.test(entry.value)) {
    const message = `the value of ${key} includes the text after ; or #; move a comment to its own line`
    report('warning', entry.line, message, { kind: 'move-comment' })
  }
  if (/^("[^"]*"|'[^']*')$/.test(entry.value)) {
    const message = `the quotes are part of the value of ${key}; remove them`
    report('warning', entry.line, message, { kind: 'remove-quotes' })
  }
}

/**
 * A line that continues a value is an error if it looks like a key or a section, or if the value must
 * fit on one line. Values that may continue can contain `=`, so only keys of the section count there.
 */
function reportContinuations(
  { continuations, line: firstLine }: IniEntry,
  key: string,
  option: Option | undefined,
  options: Options,
  table: ConfigTable,
  report: Report,
): void {
  const isMultiline = option?.type.multiline === true
  const keyLine =
    option?.type.hasHeaderLines === true ? /^([a-z][a-z0-9_]*)\s*=/i : /^([a-z][a-z0-9_]*)\s*[=:]/i
  let mayReportOther = option !== undefined && !isMultiline
  for (const { text, line } of continuations) {
    const written = keyLine.exec(text)?.[1]?.toLowerCase()
    const isKey = written !== undefined && parseKeyName(written, options, table) !== undefined
    const isSection = text.startsWith('[')
    const isLookAlike = isSection || isKey || (written !== undefined && !isMultiline)
    if (!isLookAlike && !mayReportOther) continue
    mayReportOther = false
    const named = written !== undefined && plausibleName.test(written) ? `'${written}'` : 'it'
    const what = isSection ? 'the section' : named
    const oneLine = isLookAlike ? '' : ', which must fit on one line'
    report(
      'error',
      line,
      `this line is indented more than line ${firstLine}, so ${what} becomes part of the value of ${key}${oneLine}; remove the indentation`,
      { kind: 'remove-indentation' },
    )
  }
}
