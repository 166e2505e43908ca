import { formatKeyName, parseKeyName } from './key_name.ts'
import type { ConfigTable } from './option.ts'
import { findSectionKind } from './section.ts'

/** A key that an editor can offer inside a section. */
export interface KeyCompletion {
  /** As it is inserted: `radius_ip_3`. */
  readonly key: string
  readonly meaning: string
  /** The expected form of the value, in Markdown. */
  readonly form: string
  readonly default: string | undefined
  /** The words to choose from, if the type has such. */
  readonly words: readonly string[]
  readonly required: boolean
}

/**
 * The keys that can still be added to a section, in the order of the reference page.
 *
 * @param section Name of the section, with its number; unknown sections have no keys.
 * @param present Keys that the section already has.
 */
export function completeKeys(
  table: ConfigTable,
  section: string,
  present: readonly string[],
): KeyCompletion[] {
  const { options = {} } = findSectionKind(section.toLowerCase(), table) ?? {}
  const used = present.map((key) => parseKeyName(key.toLowerCase(), options, table))
  return Object.entries(options).flatMap(([key, option]) => {
    const same = used.filter((name) => name?.key === key)
    if (same.length > 0 && option.numbering === undefined) return []
    const withoutNumber = option.numbering === 'override' ? 0 : 1
    const taken = same.map((name) => name?.number ?? withoutNumber)
    const next = same.length === 0 ? 1 : Math.max(...taken) + 1
    const isPlain = option.numbering !== 'each' && same.length === 0
    const number = isPlain ? undefined : next
    return [
      {
        key: formatKeyName({ key, number, isProtected: false }),
        meaning: option.meaning,
        form: option.type.form,
        default: option.default,
        words: option.type.words ?? [],
        required: option.required === true,
      },
    ]
  })
}

/** The words that the value of a key can have; empty if the key is unknown or takes other values. */
export function completeValues(
  table: ConfigTable,
  section: string,
  key: string,
): readonly string[] {
  const { options = {} } = findSectionKind(section.toLowerCase(), table) ?? {}
  return parseKeyName(key.toLowerCase(), options, table)?.option.type.words ?? []
}
