import { DirectoryError } from '../../people/user.ts'

/** What becomes of a token in a file whose serial is in the directory already. */
export type OnDuplicate = 'refuse' | 'replace' | 'skip'

export interface ImportOptions {
  readonly onDuplicate: OnDuplicate
  /** Told from time to time how many are done. */
  readonly progress?: ((done: number) => void) | undefined
}

/** The serials of an import, by what became of them. */
export interface Imported {
  readonly added: readonly string[]
  readonly replaced: readonly string[]
  readonly skipped: readonly string[]
}

/** Rows in one statement: well below the number of values that either database takes. */
const portion = 500

/** A long list in portions for one statement each. */
export function* portions<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += portion) {
    yield items.slice(start, start + portion)
  }
}

const shown = 5

/** @param what Of what there is one already with such a serial, or public identity. */
export function serialTaken(
  what: string,
  records: readonly { readonly serial: string }[],
): DirectoryError {
  const serials = records.slice(0, shown).map(({ serial }) => serial)
  const more = records.length > shown ? ` and ${records.length - shown} more` : ''
  return new DirectoryError(
    'DIRECTORY_SERIAL_TAKEN',
    `there are ${what} with these serials already: ${serials.join(', ')}${more}`,
  )
}
