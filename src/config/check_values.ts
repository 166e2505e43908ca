import { formatKeyName, parseKeyName } from './key_name.ts'
import type { ConfigTable, SectionKind } from './option.ts'
import type { Report } from './problem.ts'
import { plausibleName, type Section, type Setting } from './section.ts'

/** Checks the values of one section by their types, and reports missing options. */
export function checkValues(section: Section, table: ConfigTable, report: Report): void {
  for (const setting of section.settings) {
    reportTraps(setting, section.kind, table, report)
    if (section.kind.status === undefined) checkValue(setting, report)
  }
  if (section.kind.status !== undefined) return
  reportMissing(section, report)
  reportUnpaired(section, report)
}

/** The text that a value is parsed from: continuation lines only count where the type allows them. */
export function readText({ option, entry }: Setting): string {
  return option.type.multiline === true ? entry.value : (entry.value.split('\n')[0] ?? '')
}

function checkValue(setting: Setting, report: Report): void {
  const { option, entry, isProtected } = setting
  const key = formatKeyName(setting)
  const value = readText(setting)
  if (value === '') {
    const isContinued = entry.continuations.length > 0
    if (!isContinued) report('error', entry.line, `${key} is empty; add a value or remove the line`)
    return
  }
  if (isProtected) return
  if (value.includes('=') && option.type.mayContainEquals !== true) {
    // the text after it may be a secret, so it is not repeated
    const message = `${key} has another = in its value; a line end is probably missing`
    report('error', entry.line, message)
    return
  }
  const parsed = option.type.parse(value, key)
  if ('problem' in parsed) report('error', entry.line, `${key} ${parsed.problem}`)
  else reportStatus(setting, parsed.value, report)
}

function reportStatus(setting: Setting, value: unknown, report: Report): void {
  const { status } = setting.option
  if (status === undefined || value === false) return
  const message = `${formatKeyName(setting)} is ${status} and has no effect`
  report('warning', setting.entry.line, message)
}

/** Reports text that is part of a value although it does not look like that. */
function reportTraps(
  setting: Setting,
  kind: SectionKind,
  table: ConfigTable,
  report: Report,
): void {
  const { entry, option } = setting
  const key = formatKeyName(setting)
  const isMultiline = option.type.multiline === true
  let isReported = false
  for (const { text, line } of entry.continuations) {
    const written = /^([a-z][a-z0-9_]*)\s*[=:]/i.exec(text)?.[1]?.toLowerCase()
    const isKey = written !== undefined && parseKeyName(written, kind.options, table) !== undefined
    const isSection = text.startsWith('[')
    const isLookAlike = isSection || isKey || (written !== undefined && !isMultiline)
    if (!isLookAlike && (isMultiline || isReported)) continue
    isReported = true
    const named = written !== undefined && plausibleName.test(written) ? `'${written}'` : 'it'
    const what = isSection ? 'the section' : named
    const oneLine = isLookAlike ? '' : ', which must fit on one line'
    report(
      'error',
      line,
      `this line is indented more than line ${entry.line}, so ${what} becomes part of the value of ${key}${oneLine}; remove the indentation`,
    )
  }
  if (entry.value.includes('\uFFFD')) {
    report('error', entry.line, `the value of ${key} is not UTF-8; save the file as UTF-8`)
  }
  if (/\s[;#]/.test(entry.value)) {
    const message = `the value of ${key} includes the text after ; or #; move a comment to its own line`
    report('warning', entry.line, message)
  }
  if (/^("[^"]*"|'[^']*')$/.test(entry.value)) {
    report('warning', entry.line, `the quotes are part of the value of ${key}; remove them`)
  }
}

function reportMissing({ kind, name, line, settings }: Section, report: Report): void {
  for (const [key, option] of Object.entries(kind.options)) {
    if (option.required !== true || settings.some((setting) => setting.key === key)) continue
    const number = option.numbering === 'each' ? 1 : undefined
    const missing = formatKeyName({ key, number, isProtected: false })
    report('error', line, `${missing} is missing in [${name}] (${option.meaning})`)
  }
}

/** Reports numbered keys whose partner with the same number is missing. */
function reportUnpaired({ settings }: Section, report: Report): void {
  for (const setting of settings) {
    const { key, option, number, entry } = setting
    const partner = option.pairedWith
    if (partner === undefined || number === undefined) continue
    if (settings.some((other) => other.key === partner && other.number === number)) continue
    const missing = `${partner}_${number}`
    if (option.numbering === 'override') {
      const message = `${formatKeyName(setting)} has no effect, because ${missing} is missing; add it or correct the number`
      report('warning', entry.line, message)
    } else {
      const message = `${missing} is missing; every ${key}_N needs a ${partner}_N`
      report('error', entry.line, message)
    }
  }
}
