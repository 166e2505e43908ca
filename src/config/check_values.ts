import { formatKeyName } from './key_name.ts'
import type { Report } from './problem.ts'
import type { Section, Setting } from './section.ts'

/** Checks the values of one section by their types, and reports missing options. */
export function checkValues(section: Section, report: Report): void {
  if (section.kind.status !== undefined) return
  for (const setting of section.settings) checkValue(setting, report)
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
    if (!isContinued) report('error', entry.line, `${key} is empty; ${emptyAdvice(setting)}`)
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
  if ('problem' in parsed) {
    const { problem, suggestion } = parsed
    const fix =
      suggestion === undefined ? undefined : ({ kind: 'set-value', ...suggestion } as const)
    report('error', entry.line, `${key} ${problem}`, fix)
  } else reportStatus(setting, parsed.value, report)
}

function emptyAdvice({ option, number = 1 }: Setting): string {
  const isPaired = option.pairedWith !== undefined && option.numbering === 'each'
  if (number > 1 || !(option.required ?? isPaired)) return 'add a value or remove the line'
  return option.source ?? `add a value (${option.meaning})`
}

function reportStatus(setting: Setting, value: unknown, report: Report): void {
  const { status } = setting.option
  if (status === undefined || value === false) return
  const message = `${formatKeyName(setting)} is ${status} and has no effect`
  report('warning', setting.entry.line, message)
}

function reportMissing({ kind, name, line, settings }: Section, report: Report): void {
  for (const [key, option] of Object.entries(kind.options)) {
    if (option.required !== true || settings.some((setting) => setting.key === key)) continue
    const number = option.numbering === 'each' ? 1 : undefined
    const missing = formatKeyName({ key, number, isProtected: false })
    report('error', line, `${missing} is missing in [${name}] (${option.meaning})`, {
      kind: 'add-key',
      key: missing,
      isSecret: false,
    })
  }
}

/** Reports numbered keys whose partner with the same number is missing. */
function reportUnpaired({ kind, settings }: Section, report: Report): void {
  for (const setting of settings) {
    const { key, option, number, entry } = setting
    const partner = option.pairedWith
    if (partner === undefined || number === undefined) continue
    if (settings.some((other) => other.key === partner && other.number === number)) continue
    const missing = `${partner}_${number}`
    if (option.numbering === 'override') {
      const message = `${formatKeyName(setting)} has no effect, because ${missing} is missing; add it or correct the number`
      report('warning', entry.line, message, { kind: 'remove-line' })
    } else {
      const message = `${missing} is missing; every ${key}_N needs a ${partner}_N`
      const isSecret = kind.options[partner]?.type.secret === true
      report('error', entry.line, message, { kind: 'add-key', key: missing, isSecret })
    }
  }
}
