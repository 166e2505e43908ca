import { lookupName, type UsernameNormalization, withoutDomain } from '../../duo/index.ts'
import { confusables } from './confusables.ts'
import { reducedText } from './reduced_text.ts'

/** A key is no longer, so that every database can index it: compatibility forms may expand 18-fold. */
const maxLength = 255
const skeletons = readConfusables(confusables)

/**
 * The key that names share which a directory or the eye takes for one another: `Àlice`, `ａｌｉｃｅ`,
 * `alicе` with a Cyrillic letter and `alice.` all have the key `alice`.
 *
 * Letters and digits of ASCII differ from one another only by case: `a1ice` is not `alice`. A change
 * to the key needs a migration that fills `user_names.folded` anew.
 */
export function foldedUsername(username: string): string {
  const lower = reducedText(reducedText(username).toLowerCase())
  const key = skeletonOf(lower).replace(/\s+/g, ' ')
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
 * The keys under which to look for a name that an unknown username resembles. Some characters look like
 * another letter than case and compatibility make of them (Greek Η and η), so that there may be two.
 *
 * @returns Keys as `foldedUsername` makes them, or with `simple` as `foldedWithoutDomain` does.
 */
export function lookAlikeKeys(
  username: string,
  normalization: UsernameNormalization,
): readonly string[] {
  const asWritten = skeletonOf(reducedText(skeletonOf(username)))
  const folded = normalization === 'simple' ? foldedWithoutDomain : foldedUsername
  const keys = new Set([folded(username), folded(asWritten)])
  keys.delete('')
  return [...keys]
}

/** What an unknown user would be called: as the application would look the name up. */
export function newUsername(username: string, normalization: UsernameNormalization): string {
  return normalization === 'simple' ? lookupName(username, 'simple') : username.trim()
}

function skeletonOf(text: string): string {
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
