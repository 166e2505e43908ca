import type { ConfigTable, Option } from '../../config/option.ts'

/** What the editor knows about the file: the server sends it as JSON. */
export interface ConfigModel {
  readonly table: ConfigTable
  /** Names of all RADIUS attributes that the proxy knows. */
  readonly attributes: readonly string[]
  /** Names of the kinds of sections that check passwords, which `client` can name. */
  readonly clientKinds: readonly string[]
}

/** A model that came as JSON, which has lost the parsers of the values. */
export type SentModel = Omit<ConfigModel, 'table'> & {
  readonly table: Omit<ConfigTable, 'sections'> & {
    readonly sections: readonly SentSection[]
  }
}

type SentSection = Omit<ConfigTable['sections'][number], 'options'> & {
  readonly options: Readonly<
    Record<string, Omit<Option, 'type'> & { readonly type: Omit<Option['type'], 'parse'> }>
  >
}

/** Restores a model from JSON. Values are parsed on the server only. */
export function restoreModel({ table, ...rest }: SentModel): ConfigModel {
  const sections = table.sections.map((section) => ({
    ...section,
    options: Object.fromEntries(
      Object.entries(section.options).map(([key, option]) => [
        key,
        { ...option, type: { ...option.type, parse: refuseToParse } },
      ]),
    ),
  }))
  return { ...rest, table: { ...table, sections } }
}

function refuseToParse(): never {
  throw new Error('the server checks values')
}
