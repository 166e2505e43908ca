import { DirectoryError } from '../../people/user.ts'

/** What happens to a token whose serial exists. */
export type OnDuplicate = 'refuse' | 'replace' | 'skip'

export interface ImportOptions {
  readonly onDuplicate: OnDuplicate
  /** Called from time to time with the number of imported tokens. */
  readonly progress?: ((done: number) => void) | undefined
}

/** The serials of an import, by result. */
export interface Imported {
  readonly added: readonly string[]
  readonly replaced: readonly string[]
  readonly skipped: readonly string[]
}

/** Rows per statement, well below the limit of values of both databases. */
const portionSize = 500

/** Splits a list into portions for one statement each. */
export function* portions<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += portionSize) {
    yield items.slice(start, start + portionSize)
  }
}

/** The table that tokens of a file are imported into. */
export interface ImportTable<Listed> {
  /** The existing devices, in the plural. */
  readonly what: string
  isKnown(listed: Listed): boolean
  add(portion: readonly Listed[]): Promise<void>
  replace(listed: Listed): Promise<void>
}

/** @throws {DirectoryError} `DIRECTORY_SERIAL_TAKEN` if a known serial is refused. */
export async function importListed<Listed extends { readonly serial: string }>(
  listed: readonly Listed[],
  table: ImportTable<Listed>,
  { onDuplicate, progress }: ImportOptions,
): Promise<Imported> {
  const known = listed.filter((each) => table.isKnown(each))
  if (onDuplicate === 'refuse' && known.length > 0) throw serialTaken(table.what, known)
  const added = listed.filter((each) => !table.isKnown(each))
  let done = 0
  for (const portion of portions(added)) {
    await table.add(portion)
    done += portion.length
    progress?.(done)
  }
  for (const each of onDuplicate === 'replace' ? known : []) {
    await table.replace(each)
    done++
    progress?.(done)
  }
  const serials = known.map(({ serial }) => serial)
  return {
    added: added.map(({ serial }) => serial),
    replaced: onDuplicate === 'replace' ? serials : [],
    skipped: onDuplicate === 'skip' ? serials : [],
  }
}

const maxShown = 5

/** @param what The existing devices, in the plural. */
export function serialTaken(
  what: string,
  records: readonly { readonly serial: string }[],
): DirectoryError {
  const serials = records.slice(0, maxShown).map(({ serial }) => serial)
  const more = records.length > maxShown ? ` and ${records.length - maxShown} more` : ''
  return new DirectoryError(
    'DIRECTORY_SERIAL_TAKEN',
    `there are ${what} with these serials already: ${serials.join(', ')}${more}`,
  )
}
