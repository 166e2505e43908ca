import type { Fix } from './fix.ts'
import type { IniDocument, IniEntry, IniSection, IniStray } from './ini_document.ts'
import { findNearestKey, formatKeyName, type KeyName, parseKeyName } from './key_name.ts'
import { findNearest } from './nearest_name.ts'
import type { ConfigTable, Option, SectionKind } from './option.ts'
import type { Report } from './problem.ts'
import { plausibleName, reportTraps, showUnknownKey } from './value_traps.ts'

/** A key of the file, with the option that it sets. */
export interface Setting extends KeyName {
  readonly option: Option
  readonly entry: IniEntry
}

/** A section of the file. */
export interface Section<Kind extends SectionKind = SectionKind> {
  readonly kind: Kind
  /** In lower case, with its number. */
  readonly name: string
  readonly line: number
  readonly settings: readonly Setting[]
}

/** Matches sections and keys with a table; reports lines that are neither, and unknown or repeated names. */
export function matchSections<Kind extends SectionKind>(
  document: IniDocument,
  table: ConfigTable<Kind>,
  report: Report,
): Section<Kind>[] {
  for (const { line, reason } of document.strays) report('error', line, strayMessages[reason])
  const matcher = new SectionMatcher(table, report)
  return document.sections.reduce<Section<Kind>[]>(
    (sections, section) => matcher.add(sections, section),
    [],
  )
}

/** Finds the kind of a section by its name, with or without a number. */
export function findSectionKind<Kind extends SectionKind>(
  name: string,
  table: ConfigTable<Kind>,
): Kind | undefined {
  const bare = name.replace(/\d+$/, '')
  return table.sections.find((kind) => kind.name === bare)
}

const strayMessages: Readonly<Record<IniStray['reason'], string>> = {
  'before-first-section':
    'a key is above the first [section]; move it below the section that it belongs to',
  'unclosed-section': 'the section name has no closing bracket; add ]',
  'empty-key': 'there is no key before the =; write key=value',
  'no-separator': 'the line is neither [section] nor key=value; begin a comment with ;',
}

class SectionMatcher<Kind extends SectionKind> {
  readonly #table: ConfigTable<Kind>
  readonly #report: Report

  constructor(table: ConfigTable<Kind>, report: Report) {
    this.#table = table
    this.#report = report
  }

  add(sections: Section<Kind>[], found: IniSection): Section<Kind>[] {
    const { line } = found
    const name = found.name.toLowerCase()
    const kind = findSectionKind(name, this.#table)
    if (kind === undefined) {
      this.#reportUnknownSection(name, line)
      return sections
    }
    if (name !== found.name && this.#table.sectionCase === 'warning') {
      const message = `[${found.name}] is read as [${name}]; write it in lower case`
      this.#report('warning', line, message, { kind: 'rename-section', to: name })
    }
    const before = sections.find((section) => section.name === name)
    if (before === undefined) {
      if (name !== kind.name && kind.repeatable !== true) {
        this.#report(
          'error',
          line,
          `[${name}] has a number, but a file has only one [${kind.name}]`,
          { kind: 'rename-section', to: kind.name },
        )
      }
      return [...sections, { kind, name, line, settings: this.#match(found, kind, []) }]
    }
    if (this.#table.sameSections === 'error') {
      const remedy =
        kind.repeatable === true ? `add a number, as in [${kind.name}2]` : 'merge the two sections'
      const free = kind.repeatable === true ? this.#findFreeName(kind, sections) : undefined
      const fix = free === undefined ? undefined : ({ kind: 'rename-section', to: free } as const)
      this.#report('error', line, `[${name}] is already in line ${before.line}; ${remedy}`, fix)
      return sections
    }
    const settings = [...before.settings, ...this.#match(found, kind, before.settings)]
    return sections.map((section) => (section === before ? { ...before, settings } : section))
  }

  #findFreeName({ name }: Kind, sections: readonly Section<Kind>[]): string {
    for (let number = 2; ; number++) {
      const free = `${name}${number}`
      if (!sections.some((section) => section.name === free)) return free
    }
  }

  #match({ entries }: IniSection, kind: Kind, before: readonly Setting[]): Setting[] {
    const settings: Setting[] = []
    const unknown = new Map<string, number>()
    for (const entry of entries) {
      const written = entry.key.toLowerCase()
      const name = parseKeyName(written, kind.options, this.#table)
      reportTraps(entry, name?.option, kind.options, this.#table, this.#report)
      if (name === undefined) {
        const line = unknown.get(written)
        if (line === undefined) this.#reportUnknownKey(written, entry, kind)
        else this.#reportRepeated(showUnknownKey(written), entry, line)
        unknown.set(written, line ?? entry.line)
        continue
      }
      const isUnset = entry.value === '' && this.#table.emptyValues === 'unset'
      const same = [...before, ...settings].find(
        (setting) => setting.key === name.key && setting.number === name.number,
      )
      if (same === undefined) {
        if (!isUnset) settings.push({ ...name, entry })
      } else if (same.isProtected === name.isProtected)
        this.#reportRepeated(written, entry, same.entry.line)
      else {
        const message = `${formatKeyName(same)} and ${formatKeyName(name)} are both set; remove one of them`
        this.#report('error', entry.line, message, { kind: 'remove-line' })
      }
    }
    return settings
  }

  #reportRepeated(key: string, entry: IniEntry, line: number): void {
    const message = `${key} is already set in line ${line}; remove one of the two`
    this.#report('error', entry.line, message, { kind: 'remove-line' })
  }

  #reportUnknownSection(name: string, line: number): void {
    const number = /\d*$/.exec(name)?.[0] ?? ''
    const bare = name.slice(0, name.length - number.length)
    const known = this.#table.sections.map((kind) => kind.name)
    const nearest = findNearest(bare, known)
    const kind = this.#table.sections.find((candidate) => candidate.name === nearest)
    const suffix = kind?.repeatable === true ? number : ''
    const what = plausibleName.test(name) ? `[${name}]` : 'this section'
    const remedy =
      nearest === undefined ? `see ${this.#table.page}` : `did you mean [${nearest}${suffix}]?`
    const fix =
      nearest === undefined
        ? undefined
        : ({ kind: 'rename-section', to: `${nearest}${suffix}` } as const)
    this.#report('error', line, `${what} is not a known section; ${remedy}`, fix)
  }

  #reportUnknownKey(written: string, { line }: IniEntry, kind: Kind): void {
    const severity = this.#table.unknownKeys
    const effect = severity === 'error' ? '' : ' and has no effect'
    if (kind.options[written]?.numbering === 'each') {
      const message = `${written} needs a number; write ${written}_1`
      this.#report('error', line, message, { kind: 'rename-key', to: `${written}_1` })
      return
    }
    if (!plausibleName.test(written)) {
      const message = `the text before = is not a key of [${kind.name}]${effect}`
      this.#report(severity, line, message)
      return
    }
    const meant = findNearestKey(written, kind.options, this.#table)
    const owner = meant === undefined ? this.#findOwner(written) : undefined
    const isCritical = (meant ?? owner)?.option.critical === true
    this.#report(
      isCritical ? 'error' : severity,
      line,
      `${written} is not a key of [${kind.name}]${effect}; ${this.#suggestRemedy(meant, owner)}`,
      suggestFix(meant, owner),
    )
  }

  #suggestRemedy(meant: KeyName | undefined, owner: { section: string } | undefined): string {
    if (meant !== undefined) return `did you mean ${formatKeyName(meant)}?`
    return owner === undefined
      ? `see ${this.#table.page}`
      : `it is a key of [${owner.section}], move it there`
  }

  /** Finds the first section that has a key. */
  #findOwner(written: string): { section: string; option: Option } | undefined {
    for (const { name, options } of this.#table.sections) {
      const option = parseKeyName(written, options, this.#table)?.option
      if (option !== undefined) return { section: name, option }
    }
    return undefined
  }
}

function suggestFix(
  meant: KeyName | undefined,
  owner: { readonly section: string } | undefined,
): Fix | undefined {
  if (meant !== undefined) return { kind: 'rename-key', to: formatKeyName(meant) }
  return owner === undefined ? undefined : { kind: 'move-to-section', section: owner.section }
}
