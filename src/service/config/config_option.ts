/** One key of `countersign.cfg`, and all that is known of it. */
export interface ConfigOption {
  readonly key: string
  readonly type: 'text' | 'secret' | 'boolean' | 'integer' | 'enum' | 'path' | 'list'
  /** One sentence for the reference page, without a full stop. */
  readonly meaning: string
  /** As it would be written; none where it is simply not set. */
  readonly default?: string
  readonly values?: readonly string[]
  readonly min?: number
  readonly max?: number
}

export interface ConfigSection {
  readonly name: string
  readonly meaning: string
  readonly options: readonly ConfigOption[]
}
