import type { IniDocument, IniEntry, IniStray } from '../../config/ini_document.ts'
import type { ConfigOption, ConfigSection } from './config_option.ts'
import { configTable } from './option_table.ts'

/** Something in the configuration that is wrong, or without effect. */
export interface Problem {
  readonly severity: 'error' | 'warning'
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  readonly message: string
}

/** `countersign.cfg:3: port is 'abc'; write a whole number from 0 to 65535` */
export function formatProblem({ severity, file, line, message }: Problem): string {
  return `${file}:${line}: ${severity === 'warning' ? 'warning: ' : ''}${message}`
}

const sections: readonly ConfigSection[] = configTable
const yes = ['true', 'yes', 'on', '1']
const no = ['false', 'no', 'off', '0']

/** A document's values by section and key, checked against the option table. */
export class ConfigValues {
  readonly #entries = new Map<string, IniEntry>()
  readonly #problems: Problem[] = []
  readonly #file: string

  constructor(document: IniDocument, file: string) {
    this.#file = file
    for (const { name, line, entries } of document.sections) {
      const section = sections.find((known) => known.name === name.toLowerCase())
      if (section === undefined) {
        const names = sections.map((known) => `[${known.name}]`).join(', ')
        this.#problem(line, `there is no section [${name}]; those that there are: ${names}`)
        continue
      }
      for (const entry of entries) this.#take(section, entry)
    }
    for (const stray of document.strays) this.#problem(stray.line, strayMessage(stray))
  }

  /** In the order of the file. */
  get problems(): readonly Problem[] {
    return this.#problems.toSorted((one, other) => one.line - other.line)
  }

  /** As written, else the default; `undefined` where there is neither. */
  text(section: string, key: string): string | undefined {
    return this.#entries.get(`${section}.${key}`)?.value ?? findOption(section, key).default
  }

  integer(section: string, key: string): number {
    return Number(this.text(section, key))
  }

  yes(section: string, key: string): boolean {
    return yes.includes((this.text(section, key) ?? '').toLowerCase())
  }

  /** Adds an error at a key's line. */
  refuse(section: string, key: string, message: string): void {
    this.#problem(this.#entries.get(`${section}.${key}`)?.line ?? 1, message)
  }

  /** Adds what is not forbidden, and not good either, at a key's line. */
  warn(section: string, key: string, message: string): void {
    this.#problem(this.#entries.get(`${section}.${key}`)?.line ?? 1, message, 'warning')
  }

  #take(section: ConfigSection, entry: IniEntry): void {
    const key = entry.key.toLowerCase()
    const option = section.options.find((known) => known.key === key)
    if (option === undefined) {
      const names = section.options.map((known) => known.key).join(', ')
      this.#problem(
        entry.line,
        `[${section.name}] has no key '${entry.key}'; those that it has: ${names}`,
      )
      return
    }
    const place = `${section.name}.${key}`
    const before = this.#entries.get(place)
    if (before !== undefined) {
      this.#problem(
        entry.line,
        `${key} stands in line ${before.line} already; leave one of them out`,
      )
      return
    }
    if (entry.value === '') return
    const wrong = wrongWith(option, entry.value)
    if (wrong !== undefined) this.#problem(entry.line, wrong)
    this.#entries.set(place, entry)
  }

  #problem(line: number, message: string, severity: Problem['severity'] = 'error'): void {
    this.#problems.push({ severity, file: this.#file, line, message })
  }
}

function findOption(section: string, key: string): ConfigOption {
  const option = sections
    .find(({ name }) => name === section)
    ?.options.find((known) => known.key === key)
  if (option === undefined) throw new Error(`[${section}] ${key} is not in the option table`)
  return option
}

function wrongWith(option: ConfigOption, value: string): string | undefined {
  const { key, type, min = 0, max = Number.MAX_SAFE_INTEGER, values = [] } = option
  switch (type) {
    case 'integer':
      return /^\d{1,15}$/.test(value) && Number(value) >= min && Number(value) <= max
        ? undefined
        : `${key} is '${value}'; write a whole number from ${min} to ${max}`
    case 'boolean':
      return [...yes, ...no].includes(value.toLowerCase())
        ? undefined
        : `${key} is '${value}'; write true or false`
    case 'enum':
      return values.includes(value) ? undefined : `${key} is '${value}'; write ${values.join(', ')}`
    default:
      return value.includes('\n') && type !== 'list'
        ? `${key} goes on in the next line, which begins with a blank; take the blank away, or comment the line out`
        : undefined
  }
}

function strayMessage({ reason, text }: IniStray): string {
  // what stands there may be a secret: a word of it is enough to find the line
  const beginning = text.length > 20 ? `${text.slice(0, 12)}…` : text
  switch (reason) {
    case 'no-separator':
      return `'${beginning}' is neither a section, a comment nor a key with its value; write key=value, or begin it with ;`
    case 'before-first-section':
      return `'${beginning}' stands before the first section; write [service] above it`
    case 'unclosed-section':
      return `'${beginning}' lacks its closing bracket`
    case 'empty-key':
      return 'there is no key before the ='
  }
}
