import { readText } from './check_values.ts'
import type { Option, Options, ValueOf } from './option.ts'
import type { Section, Setting } from './section.ts'

/** One of the values of a numbered option. */
export interface NumberedValue<T> {
  /** `undefined` if the key is written without a number. */
  readonly number: number | undefined
  readonly value: T
  readonly line: number
}

/**
 * The values of one section. A value comes from the section itself, else from the section that it
 * inherits from, else from the table's default. A value with a problem reads as unset.
 */
export class SectionValues<O extends Options> {
  readonly section: Section
  readonly #inherited: readonly Setting[]

  /** @param defaults The section that `inherited` options take their values from. */
  constructor(section: Section, defaults?: Section) {
    this.section = section
    this.#inherited = defaults?.settings ?? []
  }

  /** The value of an option; with a number, of the entry with that number. */
  get<Key extends keyof O & string>(key: Key, number?: number): ValueOf<O[Key]>
  get(key: string, number?: number): unknown {
    const option = this.#findOption(key)
    const own = this.#findSettings(key)
    const exact = own.find((setting) => setting.number === number)
    const candidates = [exact, own.find((setting) => setting.number === undefined)]
    if (option.inherited === true) {
      candidates.push(this.#inherited.find((setting) => setting.key === key))
    }
    for (const setting of candidates) {
      const value = setting === undefined ? undefined : parseSetting(setting)
      if (value !== undefined) return value
    }
    return option.default === undefined ? undefined : parseDefault(key, option, option.default)
  }

  /** The values that the section itself has for a numbered option, by number. */
  list<Key extends keyof O & string>(key: Key): NumberedValue<NonNullable<ValueOf<O[Key]>>>[]
  list(key: string): NumberedValue<unknown>[] {
    return this.#findSettings(key).flatMap((setting) => {
      const value = parseSetting(setting)
      if (value === undefined) return []
      return [{ number: setting.number, value, line: setting.entry.line }]
    })
  }

  /** Whether the file sets the option for this section, even to a wrong value. */
  has(key: keyof O & string): boolean {
    if (this.#findSettings(key).length > 0) return true
    const isInherited = this.#findOption(key).inherited === true
    return isInherited && this.#inherited.some((setting) => setting.key === key)
  }

  /** The line of a key, or of the section if it does not have the key. */
  line(key: keyof O & string, number?: number): number {
    const setting = this.#findSettings(key).find((candidate) => candidate.number === number)
    return setting?.entry.line ?? this.section.line
  }

  #findSettings(key: string): Setting[] {
    return this.section.settings
      .filter((setting) => setting.key === key)
      .toSorted((one, other) => (one.number ?? 0) - (other.number ?? 0))
  }

  #findOption(key: string): Option {
    const option = this.section.kind.options[key]
    if (option === undefined) throw new Error(`[${this.section.kind.name}] has no option ${key}`)
    return option
  }
}

function parseSetting(setting: Setting): unknown {
  const text = readText(setting)
  if (text === '' || setting.isProtected) return undefined
  const parsed = setting.option.type.parse(text, setting.key)
  return 'problem' in parsed ? undefined : parsed.value
}

function parseDefault(key: string, { type }: Option, text: string): unknown {
  const parsed = type.parse(text, key)
  if ('problem' in parsed) throw new Error(`the default of ${key} ${parsed.problem}`)
  return parsed.value
}
