import { isUniqueViolation } from '../store/store.ts'
import { AccessError, type AccessErrorCode } from './access_error.ts'

const maxLength = 100

/** The errors for the names of one kind. */
export interface NameKind {
  /** With its article: `a policy`. */
  readonly what: string
  readonly invalid: AccessErrorCode
  readonly taken: AccessErrorCode
}

/** @returns The name in NFC, without spaces around it. @throws {AccessError} `kind.invalid`. */
export function checkedName(text: string, { what, invalid }: NameKind): string {
  const name = text.normalize('NFC').trim()
  if (name !== '' && name.length <= maxLength && !/\p{C}/u.test(name)) return name
  throw new AccessError(invalid, `the name of ${what} has 1 to ${maxLength} printable characters`)
}

/**
 * Writes a name. The unique index decides, so concurrent changes can't take the same name.
 *
 * @throws {AccessError} `kind.taken`, and what `write` throws.
 */
export async function namedOnce(
  name: string,
  { what, taken }: NameKind,
  write: () => Promise<unknown>,
): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new AccessError(
      taken,
      `there is ${what} '${name}' already; choose another name (case makes no difference)`,
    )
  }
}
