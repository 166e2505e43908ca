import { checkValues } from './check_values.ts'
import { IniDocument } from './ini_document.ts'
import type { ConfigTable, Options, SectionKind } from './option.ts'
import type { Report } from './problem.ts'
import { matchSections, type Section } from './section.ts'
import { SectionValues } from './section_values.ts'

/** A configuration file, checked against its table. */
export class ConfigFile<Kind extends SectionKind = SectionKind> {
  readonly sections: readonly Section<Kind>[]
  readonly #table: ConfigTable<Kind>

  private constructor(sections: readonly Section<Kind>[], table: ConfigTable<Kind>) {
    this.sections = sections
    this.#table = table
  }

  /**
   * Reads a configuration file. Needs no other file, so that an editor can call it on each change.
   *
   * @param report Gets every problem of the text, in no particular order.
   * @returns `undefined` if the text is not UTF-8.
   */
  static read<Kind extends SectionKind>(
    text: string,
    table: ConfigTable<Kind>,
    report: Report,
  ): ConfigFile<Kind> | undefined {
    if (isUtf16(text)) {
      report('error', 1, 'the file is not UTF-8 but probably UTF-16; save it as UTF-8')
      return undefined
    }
    for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
      if (line.includes('\0')) report('error', index + 1, 'the line has a NUL character; remove it')
    }
    const sections = matchSections(IniDocument.parse(text), table, report)
    for (const section of sections) checkValues(section, report)
    return new ConfigFile(sections, table)
  }

  /** The values of a section of the file, whose kind has the options `O`. */
  values<O extends Options>(section: Section): SectionValues<O> {
    const defaults = this.sections.find(({ name }) => name === this.#table.inheritsFrom)
    return new SectionValues<O>(section, defaults)
  }

  /** The values of a section that the file has at most once; without the section, its defaults. */
  only<O extends Options>(kind: { readonly name: string; readonly options: O }): SectionValues<O> {
    const found = this.sections.find(({ name }) => name === kind.name)
    const known = this.#table.sections.find(({ name }) => name === kind.name)
    if (known === undefined) throw new Error(`the table has no section [${kind.name}]`)
    return new SectionValues<O>(found ?? { kind: known, name: kind.name, line: 1, settings: [] })
  }
}

/** UTF-16 makes every second character of ASCII text a NUL; a single NUL is a typing error. */
function isUtf16(text: string): boolean {
  return text.split('\0').length - 1 > text.length / 4
}
