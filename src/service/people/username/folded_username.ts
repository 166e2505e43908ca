import { lookupName, type UsernameNormalization, withoutDomain } from '../../../duo/index.ts'
import { confusables } from './confusables.ts'
import { reducedText } from './reduced_text.ts'

/** The longest key, so that every database can index it: compatibility forms may expand 18-fold. */
const maxLength = 255
const skeletons = readConfusables(confusables)

/**
 * The key that names share if a directory or a person takes them for the same: `Àlice`, `ａｌｉｃｅ`,
 * `alicе` with a Cyrillic letter and `alice.` all have the key `alice`.
 *
 * Of ASCII only case is folded: `a1ice` is not `alice`. A change to the key needs a migration that
 * recomputes `user_names.folded` and `user_names.folded_simple`.
 */
export function foldedUsername(username: string): string {
  const lower = reducedText(reducedText(username).toLowerCase())
  const key = toSkeleton(lower).replace(/\s+/g, ' ')
  return [...key]
    .slice(0, maxLength)
    .join('')
    .replace(/^ |[ .]+$/g, '')
}

/** The key of a name without its domain: `alice` for `CORP\\Àlice` and `alice@corp.example`. */
export function foldedWithoutDomain(username: string): string {
  return foldedUsername(withoutDomain(foldedUsername(username)))
}

/**
 * The keys by which to find the names that an unknown username resembles. There may be two: some
 * characters look like one letter and fold to another (Greek Η looks like H, its lower case η like n).
 *
 * @returns Keys as `foldedUsername` makes them, or with `simple` as `foldedWithoutDomain` does.
 */
export function lookAlikeKeys(
  username: string,
  normalization: UsernameNormalization,
): readonly string[] {
  const asWritten = toSkeleton(reducedText(toSkeleton(username)))
  const folded = normalization === 'simple' ? foldedWithoutDomain : foldedUsername
  const keys = new Set([folded(username), folded(asWritten)])
  keys.delete('')
  return [...keys]
}

/** The name of a new user, as the application would look it up. */
export function newUsername(username: string, normalization: UsernameNormalization): string {
  return normalization === 'simple' ? lookupName(username, 'simple') : username.trim()
}

function toSkeleton(text: string): string {
  return [...text].map((character) => skeletons.get(character) ?? character).join('')
}

function readConfusables(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  let target = ''
  for (const token of text.trim().split(/\s+/)) {
    if (token.endsWith(':')) target = fromHex(token.slice(0, -1))
    else found.set(fromHex(token), target)
  }
  return found
}

function fromHex(codes: string): string {
  return String.fromCodePoint(...codes.split('+').map((code) => Number.parseInt(code, 16)))
}
