import type { IniDocument, IniEntry, IniSection } from '../../config/ini_document.ts'
import { nearest } from './nearest.ts'
import type { Option, SectionKind } from './option.ts'
import type { Report } from './problem.ts'
import { sectionTable } from './section_table.ts'

/** A key of the file with what the table knows of it. */
export interface Setting {
  readonly option: Option
  /** Of `radius_ip_2`, 2; `undefined` where the key is written without a number. */
  readonly number: number | undefined
  /** Written as `*_protected`: the value is sealed. */
  readonly sealed: boolean
  readonly entry: IniEntry
}

/** A section of the file whose kind the table knows. */
export interface Section {
  readonly kind: SectionKind
  /** In lower case, with its number. */
  readonly name: string
  readonly line: number
  readonly settings: readonly Setting[]
}

/** Finds the sections and keys of a document in the table, and reports what is unknown, missing or wrong. */
export function readSections(document: IniDocument, report: Report): Section[] {
  for (const { line, reason } of document.strays) report('error', line, strayMessage(reason))
  const seen = new Map<string, number>()
  return document.sections.flatMap((section) => {
    const { line } = section
    const name = section.name.toLowerCase()
    const kind = kindNamed(name)
    if (kind === undefined) {
      reportUnknownSection(name, line, report)
      return []
    }
    if (name !== section.name) {
      report('warning', line, `[${section.name}] is read as [${name}]; write it in lower case`)
    }
    const before = seen.get(name)
    if (before !== undefined) {
      const advice =
        kind.repeated === true ? `number them, as in [${kind.name}2]` : 'put their keys into one'
      report('error', line, `[${name}] stands in line ${before} already; ${advice}`)
      return []
    }
    seen.set(name, line)
    if (name !== kind.name && kind.repeated !== true) {
      report('error', line, `[${name}] can't be numbered; there is only one [${kind.name}]`)
    }
    return [{ kind, name, line, settings: readSettings(section, kind, report) }]
  })
}

function reportUnknownSection(name: string, line: number, report: Report): void {
  const known = sectionTable.map((kind) => kind.name)
  const what = likeKey.test(name) ? `section [${name}]` : 'a section of this name'
  report('error', line, `${what} is unknown${didYouMean(name, known)}`)
}

/** The kind of a section, by its name with or without a number. */
function kindNamed(name: string): SectionKind | undefined {
  const bare = name.replace(/\d+$/, '')
  return sectionTable.find((kind) => kind.name === bare)
}

/** What a secret is called once it is sealed: `skey_protected`, `radius_secret_protected_1`. */
export function sealedKey({ option, number }: Setting): string {
  return `${option.key}_protected${number === undefined ? '' : `_${number}`}`
}

function readSettings(section: IniSection, kind: SectionKind, report: Report): Setting[] {
  const seen = new Map<string, number>()
  return section.entries.flatMap((entry) => {
    const key = entry.key.toLowerCase()
    const before = seen.get(key)
    if (before !== undefined) {
      report('error', entry.line, `${key} stands in line ${before} already; remove one of them`)
      return []
    }
    seen.set(key, entry.line)
    reportTraps(entry, report)
    const setting = settingNamed(key, entry, kind)
    if (setting === undefined) reportUnknownKey(key, entry, kind, report)
    return setting === undefined ? [] : [setting]
  })
}

function settingNamed(key: string, entry: IniEntry, kind: SectionKind): Setting | undefined {
  for (const option of kind.options) {
    const sealable = option.type === 'secret'
    for (const [name, sealed] of [
      [option.key, false],
      [`${option.key}_protected`, true],
    ] as const) {
      if (sealed && !sealable) continue
      const number = numberBehind(key, name)
      if (option.numbered === true && number !== undefined) return { option, number, sealed, entry }
      if (option.numbered !== true && key === name)
        return { option, number: undefined, sealed, entry }
      if (option.more === true && number !== undefined) return { option, number, sealed, entry }
    }
    // the numbers of message_authenticator_N are those of radius_ip_N
    if (option.ours === true && option.key.startsWith('message_authenticator')) {
      const number = numberBehind(key, option.key)
      if (number !== undefined) return { option, number, sealed: false, entry }
    }
  }
  return undefined
}

function numberBehind(key: string, name: string): number | undefined {
  if (!key.startsWith(`${name}_`)) return undefined
  const digits = key.slice(name.length + 1)
  return /^[1-9]\d{0,5}$/.test(digits) ? Number(digits) : undefined
}

function reportUnknownKey(key: string, entry: IniEntry, kind: SectionKind, report: Report): void {
  const numbered = kind.options.find((option) => option.numbered === true && option.key === key)
  if (numbered !== undefined) {
    report('error', entry.line, `${key} needs a number: write ${key}_1`)
    return
  }
  if (!likeKey.test(key)) {
    report(
      'warning',
      entry.line,
      `what stands before = is not a key of [${kind.name}] and has no effect`,
    )
    return
  }
  const known = kind.options.flatMap((option) =>
    option.numbered === true ? [`${option.key}_1`] : [option.key],
  )
  // without its line the proxy would quietly let users in while the API is down
  const severity = nearest(key, known) === 'failmode' ? 'error' : 'warning'
  report(
    severity,
    entry.line,
    `${key} is not a key of [${kind.name}] and has no effect${didYouMean(key, known)}`,
  )
}

/** Whether a line that continues a value looks like a line of its own that was indented by mistake. */
export function looksLikeKey(text: string): boolean {
  return text.startsWith('[') || (keyInLine.test(text) && !nameInDirectory.test(text))
}

const keyInLine = /^([a-z][a-z0-9_]*)\s*[=:]/i
/** A distinguished name may well be written over several lines. */
const nameInDirectory = /^(dc|cn|ou|o|uid|c|l|st)\s*=/i

/** Anything else may be a piece of a secret whose line was broken, and is not repeated. */
const likeKey = /^[a-z]{1,12}(_[a-z0-9]{1,16}){0,5}\d?$/

function reportTraps(entry: IniEntry, report: Report): void {
  for (const { text, line } of entry.continuations) {
    if (!looksLikeKey(text)) continue
    const what = text.startsWith('[') ? 'the section' : `'${keyInLine.exec(text)?.[1]}'`
    report(
      'error',
      line,
      `the line is indented deeper than line ${entry.line}, so ${what} is part of the value of ${entry.key} there; remove the blanks before it`,
    )
  }
  if (entry.value.includes('\uFFFD')) {
    report('error', entry.line, `the value of ${entry.key} is not UTF-8; save the file as UTF-8`)
  }
  if (/\s[;#]/.test(entry.value)) {
    report(
      'warning',
      entry.line,
      `what stands behind the value of ${entry.key} is part of it; put the comment on a line of its own`,
    )
  }
  if (/^(["']).*\1$/.test(entry.value)) {
    report(
      'warning',
      entry.line,
      `the quotes around the value of ${entry.key} are part of it; remove them`,
    )
  }
}

function strayMessage(reason: IniDocument['strays'][number]['reason']): string {
  switch (reason) {
    case 'before-first-section':
      return 'a key stands before the first section; put it below the [section] it belongs to'
    case 'unclosed-section':
      return 'the name of the section has no closing bracket'
    case 'empty-key':
      return 'a value without a key; write key=value'
    case 'no-separator':
      return 'the line is neither a [section] nor key=value; if it is a comment, begin it with ;'
  }
}

function didYouMean(name: string, known: readonly string[]): string {
  const close = nearest(name, known)
  return close === undefined ? '' : `; did you mean ${close}?`
}
