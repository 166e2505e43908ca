/** A correction of the line of a problem, which an editor can offer. */
export type Fix =
  | { readonly kind: 'rename-key'; readonly to: string }
  | { readonly kind: 'rename-section'; readonly to: string }
  /** Replaces the value; what it held too much moves to another key. */
  | ({ readonly kind: 'set-value' } & SuggestedValue)
  /** Adds a key below the line: a secret gets a random value, any other key waits for one. */
  | { readonly kind: 'add-key'; readonly key: string; readonly isSecret: boolean }
  | { readonly kind: 'add-section'; readonly name: string }
  /** The line is a continuation line that looks like a key or a section. */
  | { readonly kind: 'remove-indentation' }
  | { readonly kind: 'remove-line' }
  | { readonly kind: 'move-to-section'; readonly section: string }
  /** The value contains a comment, which moves to a line of its own. */
  | { readonly kind: 'move-comment' }
  | { readonly kind: 'remove-quotes' }

/** A value that is probably meant. */
export interface SuggestedValue {
  readonly value: string
  /** A second key of the section that gets a part of the value, such as the port of a host. */
  readonly and?: { readonly key: string; readonly value: string } | undefined
}
