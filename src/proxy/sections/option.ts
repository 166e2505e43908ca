/** How a value is to be written. */
export type OptionType =
  | 'text'
  | 'secret'
  | 'boolean'
  | 'integer'
  | 'enum'
  | 'path'
  | 'host'
  | 'address'
  | 'addresses'
  | 'port'
  | 'list'
  | 'section'
  | 'attribute'
  | 'codec'
  | 'aliases'

/**
 * Whether a key has its effect here. What is `not yet` supported gets a warning where leaving it
 * out is harmless, and an error where it would weaken a login.
 */
export type Support = 'supported' | 'not yet' | 'never'

/** One key of a section, and all that is known of it. */
export interface Option {
  readonly key: string
  readonly type: OptionType
  readonly meaning: string
  readonly required?: boolean
  /** As it would be written; none where it is simply not set. */
  readonly default?: string
  readonly values?: readonly string[]
  readonly min?: number
  readonly max?: number
  /** Written with a number from 1 on: `radius_ip_1`. */
  readonly numbered?: boolean
  /** The first one is written without a number, those after it from 2 on: `host`, `host_2`. */
  readonly more?: boolean
  /** A file that must hold certificates (PEM). */
  readonly certificates?: boolean
  /** Taken from `[main]` where the section has none. */
  readonly inherited?: boolean
  readonly support?: Support
  /** Not one of the vendor's. */
  readonly ours?: boolean
}

/** What a section is for: `main`, whom to ask for the password, what to listen on, or something else. */
export type SectionRole = 'global' | 'client' | 'server' | 'other'

export interface SectionKind {
  /** As in the file, without its number. */
  readonly name: string
  readonly role: SectionRole
  readonly meaning: string
  readonly support: Support
  /** What to do instead, where `support` is not `supported`. */
  readonly advice?: string
  /** May stand several times, with a number: `[radius_server_auto2]`. */
  readonly repeated?: boolean
  readonly options: readonly Option[]
}
