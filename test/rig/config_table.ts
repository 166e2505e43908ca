import type { ConfigTable, SectionKind } from '../../src/config/option.ts'

/** One default of a table. */
export interface TableDefault {
  readonly section: string
  readonly key: string
  readonly default: string
  /** Another valid value, as written. */
  readonly other: string
}

/**
 * Lists every default of the supported sections, each with another valid value.
 *
 * @param others Values of options that have no list of words and are not integers.
 */
export function listDefaults(
  table: ConfigTable,
  others: Readonly<Record<string, string>>,
): TableDefault[] {
  const supported = table.sections.filter(({ status }) => status === undefined)
  return supported.flatMap(({ name, options }) =>
    Object.entries(options).flatMap(([key, option]) => {
      if (option.default === undefined || option.status !== undefined) return []
      const candidates = [
        others[`${name}.${key}`],
        ...(option.type.words ?? []),
        String(Number(option.default) + 1),
      ]
      const other = candidates.find(
        (value) =>
          value !== undefined &&
          value !== option.default &&
          'value' in option.type.parse(value, key),
      )
      if (other === undefined) throw new Error(`add another value for [${name}] ${key}`)
      return [{ section: name, key, default: option.default, other }]
    }),
  )
}

/** The table with another default. An inheritable default changes in every section that inherits it. */
export function withDefault<Kind extends SectionKind>(
  table: ConfigTable<Kind>,
  { section, key, other }: TableDefault,
): ConfigTable<Kind> {
  const sections = table.sections.map((kind) => {
    const option = kind.options[key]
    const isInherited = section === table.inheritsFrom && option?.inherited === true
    if (option === undefined || (kind.name !== section && !isInherited)) return kind
    return { ...kind, options: { ...kind.options, [key]: { ...option, default: other } } }
  })
  return { ...table, sections }
}
