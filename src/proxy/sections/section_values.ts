import type { Option } from './option.ts'
import type { Report } from './problem.ts'
import { looksLikeKey, type Section, type Setting } from './section.ts'
import { codecLabel, existingPath, parseAliases, parseBoolean, valueProblem } from './value.ts'

/**
 * The values of one section: checked once when it is made, then read by kind. What a section
 * inherits is taken from `[main]`; a value that was reported as wrong reads as not set.
 */
export class SectionValues {
  readonly #section: Section
  readonly #main: Section | undefined
  readonly #file: string

  constructor(section: Section, main: Section | undefined, file: string, report: Report) {
    this.#section = section
    this.#main = main
    this.#file = file
    if (section.kind.support !== 'supported') return
    for (const setting of section.settings) this.#check(setting, report)
    for (const option of section.kind.options) {
      if (option.required !== true || option.numbered === true) continue
      if (section.settings.some((setting) => setting.option === option)) continue
      report('error', section.line, `[${section.name}] has no ${option.key}: ${option.meaning}`)
    }
  }

  text(key: string, number?: number): string | undefined {
    const setting = this.#setting(key, number)
    if (setting === undefined) return undefined
    const { option, entry } = setting
    return valueProblem(option, entry.value, this.#file) === undefined ? entry.value : undefined
  }

  /** What is written with exactly this number; nothing of what it would otherwise fall back to. */
  own(key: string, number: number | undefined): string | undefined {
    const written = this.#section.settings.some(
      (setting) => setting.option.key === key && setting.number === number,
    )
    return written ? this.text(key, number) : undefined
  }

  boolean(key: string, number?: number): boolean | undefined {
    const value = this.text(key, number)
    return value === undefined ? undefined : parseBoolean(value)
  }

  integer(key: string): number | undefined {
    const value = this.text(key)
    return value === undefined ? undefined : Number(value)
  }

  path(key: string): string | undefined {
    const value = this.text(key)
    return value === undefined ? undefined : existingPath(value, this.#file)
  }

  attribute(key: string): string {
    const value = this.text(key) ?? 'Calling-Station-Id'
    return value.toLowerCase() === 'paloalto' ? 'PaloAlto-Client-Source-IP' : value
  }

  codec(key: string): string {
    return codecLabel(this.text(key) ?? 'utf-8') ?? 'utf-8'
  }

  aliases(key: string): ReadonlyMap<string, string> {
    const value = this.text(key)
    return value === undefined ? new Map() : parseAliases(value)
  }

  /** Line of a key, or of its section where it has none. */
  line(key: string): number {
    const found = this.#section.settings.find(({ option }) => option.key === key)
    return found?.entry.line ?? this.#section.line
  }

  #setting(key: string, number?: number): Setting | undefined {
    const own = this.#section.settings.filter(({ option }) => option.key === key)
    const exact =
      own.find((setting) => setting.number === number) ??
      own.find((setting) => setting.number === undefined)
    if (exact !== undefined) return exact
    if (!this.#inherits(key)) return undefined
    return this.#main?.settings.find(({ option }) => option.key === key)
  }

  #inherits(key: string): boolean {
    return this.#section.kind.options.some(
      (option) => option.key === key && option.inherited === true,
    )
  }

  #check({ option, entry, sealed }: Setting, report: Report): void {
    const [first] = entry.continuations
    // of a value that goes on, the first line alone is repeated: below it a secret may stand
    const value = entry.value.split('\n')[0] ?? ''
    if (first !== undefined && !mayGoOn.has(option.type) && !looksLikeKey(first.text)) {
      report(
        'error',
        first.line,
        `the line is indented deeper than line ${entry.line}, so it is part of the value of ${entry.key} there, which has one line only; remove the blanks before it, or the line`,
      )
    }
    const problem = sealed && value !== '' ? undefined : valueProblem(option, value, this.#file)
    const empty = value === '' && first !== undefined
    if (problem !== undefined && !empty) report('error', entry.line, `${entry.key} ${problem}`)
    reportSupport(option, entry, report)
  }
}

/** Lists and names of a directory may be written over several lines. */
const mayGoOn = new Set<Option['type']>(['text', 'list', 'aliases'])

function reportSupport(option: Option, entry: Setting['entry'], report: Report): void {
  if (option.support === undefined || option.support === 'supported') return
  const off = option.type === 'boolean' && parseBoolean(entry.value) === false
  if (off) return
  report(
    'warning',
    entry.line,
    `${entry.key} is ${option.support === 'never' ? 'not' : 'not yet'} supported and has no effect`,
  )
}
