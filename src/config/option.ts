import type { ValueType } from './value_type.ts'

/** Why an option or a section has no effect in this version. */
export type Status = 'not yet supported' | 'not supported'

/**
 * How an option is numbered.
 *
 * - `each`: every key has a number: `radius_ip_1`, `radius_ip_2`
 * - `further`: the first key has no number, further ones have one: `host`, `host_2`
 * - `override`: `key` applies to all entries, `key_2` to entry 2 only: `message_authenticator_2`
 */
export type Numbering = 'each' | 'further' | 'override'

/** One option of a section: all that parser, messages, reference page and editor know about it. */
export interface Option<T = unknown> {
  readonly type: ValueType<T>
  /** One sentence without a full stop. */
  readonly meaning: string
  /** A key that is `pairedWith` another is required with each of its numbers, unless this is `false`. */
  readonly required?: boolean
  /** Where to get a value, as an instruction: `copy it from the application`. */
  readonly source?: string
  /** As written in the file; absent if the option is unset by default. */
  readonly default?: string
  readonly numbering?: Numbering
  /** Option of the same section that must exist with the same number. */
  readonly pairedWith?: string
  /** Takes its value from the table's `inheritsFrom` section if its own section has none. */
  readonly inherited?: boolean
  /** Losing this option to a misspelling or a wrong section would weaken security: that is an error. */
  readonly critical?: boolean
  /** Absent if the option is supported. */
  readonly status?: Status
  /** Not an option of the vendor's proxy. */
  readonly ours?: boolean
}

/** Options by key, in the order of the reference page. */
export type Options = Readonly<Record<string, Option>>

/** The value of an option as its reader gets it: never `undefined` if the table has a default. */
export type ValueOf<O> =
  O extends Option<infer T> ? (O extends { readonly default: string } ? T : T | undefined) : never

/** One kind of section. */
export interface SectionKind {
  /** As written between the brackets, without a number. */
  readonly name: string
  /** One sentence without a full stop. */
  readonly meaning: string
  readonly options: Options
  /** The file may have several, with numbers: `[radius_server_auto2]`. */
  readonly repeatable?: boolean
  /** Absent if the section is supported. */
  readonly status?: Status
  /** What to do instead if the section is not supported. */
  readonly advice?: string
}

/** The sections of one configuration file, and how strictly the file is read. */
export interface ConfigTable<Kind extends SectionKind = SectionKind> {
  readonly sections: readonly Kind[]
  /** The reference page that lists all keys. */
  readonly page: string
  /** Name of the section that `inherited` options take their values from. */
  readonly inheritsFrom?: string
  /** A secret may be written encrypted as `KEY_protected`. */
  readonly protectedSecrets?: boolean
  /** A warning suits a file that other programs read too. */
  readonly unknownKeys: 'error' | 'warning'
  /** What `key=` means. */
  readonly emptyValues: 'error' | 'unset'
  /** What a second section with the same name means. */
  readonly sameSections: 'error' | 'merged'
  /** Whether capital letters in a section's name cause a warning. */
  readonly sectionCase: 'warning' | 'ignored'
}
