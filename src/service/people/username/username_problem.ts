import { foldedUsername } from './folded_username.ts'

/** Invisible, and so only useful to deceive. */
const invisible = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\ufffc\ufffd]/v

/**
 * Symbols, punctuation beyond ASCII, Latin letters of phonetic and historic use, and marks that are
 * small letters. Some directories give them no weight, so that the password of `alice` would open
 * `alice` with an emoji behind it. The middle dot of Katakana is part of names.
 */
const refused =
  /[[\p{S}\p{P}]--[\p{ASCII}\u30fb]]|[\p{Script=Latin}--[\u0041-\u024f\u1e00-\u1eff\uff21-\uff5a]]|[\u013f\u0140\u0149\u0363-\u036f\u1dd3-\u1df4\u{16ff0}\u{16ff1}]/v

/** The scripts in everyday use (UAX #31, table 5). */
const singleScripts = [
  'Latin',
  'Greek',
  'Cyrillic',
  'Armenian',
  'Hebrew',
  'Arabic',
  'Thaana',
  'Devanagari',
  'Bengali',
  'Gurmukhi',
  'Gujarati',
  'Oriya',
  'Tamil',
  'Telugu',
  'Kannada',
  'Malayalam',
  'Sinhala',
  'Thai',
  'Lao',
  'Tibetan',
  'Myanmar',
  'Georgian',
  'Ethiopic',
  'Khmer',
  'Hangul',
  'Hiragana',
  'Katakana',
  'Bopomofo',
  'Han',
]
/** The only mixtures of scripts that languages use (UTS #39 §5.2). */
const mixedScripts = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Hangul'],
  ['Latin', 'Han', 'Bopomofo'],
]
const permitted = [...singleScripts.map((script) => [script]), ...mixedScripts].map((scripts) => ({
  // messages name a mixed set by its first script
  name: scripts[0] ?? '',
  pattern: new RegExp(
    `^[${scripts.map((script) => `\\p{scx=${script}}`).join('')}\\p{scx=Zyyy}\\p{scx=Zinh}]$`,
    'v',
  ),
}))

/**
 * Why a new user can't have a name: it has an invisible character or a symbol, or mixes scripts that no
 * language mixes (UTS #39, "Highly Restrictive"). The domain may be in a different script.
 *
 * @returns `undefined` for a permitted name.
 */
export function usernameProblem(username: string): string | undefined {
  const characters = [...username]
  const hidden = characters.findIndex((character) => invisible.test(character))
  if (hidden !== -1) {
    return `${characterAt(characters, hidden)} is a control, format or unassigned character; leave it out`
  }
  const unusable = characters.findIndex((character) => refused.test(character))
  if (unusable !== -1) {
    return `${characterAt(characters, unusable)} is a symbol or letter that user names may not use; leave it out`
  }
  if (foldedUsername(username) === '') return 'it has no letter and no digit'
  let start = 0
  for (const part of username.split(/[\\@]/)) {
    const problem = scriptProblem(characters, start, [...part].length)
    if (problem !== undefined) return problem
    start += [...part].length + 1
  }
  return undefined
}

/** A name with every character that is not plain ASCII as `\u{…}`, so that look-alikes can be told apart. */
export function spelledOut(username: string): string {
  return [...username]
    .map((character) => (/[ -~]/.test(character) ? character : `\\u{${hex(character)}}`))
    .join('')
}

function scriptProblem(
  characters: readonly string[],
  start: number,
  length: number,
): string | undefined {
  let possible = permitted
  for (let at = start; at < start + length; at++) {
    const character = characters[at] ?? ''
    const left = possible.filter(({ pattern }) => pattern.test(character))
    if (left.length > 0) {
      possible = left
      continue
    }
    const own = permitted.find(({ pattern }) => pattern.test(character))
    const place = characterAt(characters, at)
    return own === undefined
      ? `${place} is of a script that user names may not use`
      : `${place} is ${own.name} and the text before it is ${possible[0]?.name}; write the name in one script`
  }
  return undefined
}

function characterAt(characters: readonly string[], index: number): string {
  const character = characters[index] ?? ''
  const shown = /[\p{L}\p{N}\p{P}\p{S}]/u.test(character) ? ` '${character}'` : ''
  return `character ${index + 1}${shown} (U+${hex(character).toUpperCase().padStart(4, '0')})`
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16)
}
