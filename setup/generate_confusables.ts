/**
 * Writes src/service/people/username/confusables.ts from Unicode's data as Debian packages it:
 *
 *   apt-get download python3-confusable-homoglyphs unicode-data
 *   for package in *.deb; do dpkg -x "$package" data; done
 *   node setup/generate_confusables.ts \
 *     data/usr/lib/python3/dist-packages/confusable_homoglyphs/confusables.json \
 *     data/usr/share/unicode/allkeys.txt
 *
 * The first file holds the confusables of UTS #39, the second the collation elements of UTS #10:
 * letters and digits whose primary weights are equal are the same letter for a directory.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { reducedText } from '../src/service/people/username/reduced_text.ts'

const [confusablesFile = '', allKeysFile = ''] = process.argv.slice(2)
const ascii = /^[\0-\x7f]+$/
const head = `/**
 * Characters that look like others, or are the same letter: what each group is taken for, then its
 * characters, in hexadecimal. Made by setup/generate_confusables.ts from Unicode 15.0 (UTS #39
 * confusables and UTS #10 primary weights; © Unicode, Inc., https://www.unicode.org/license.txt).
 */
`
const printed = resolve(import.meta.dirname, '../src/service/people/username/confusables.ts')

const own = ownRules()
const prototypes = readPrototypes(confusablesFile)
const sameLetters = readSameLetters(allKeysFile)
const skeletons = new Map<string, string>()
for (let code = 0x80; code <= 0x10ffff; code++) {
  if (code >= 0xd800 && code <= 0xdfff) continue
  const character = String.fromCodePoint(code)
  const lower = reducedText(reducedText(character).toLowerCase())
  const skeleton = toSkeleton(lower)
  if (lower === character) {
    if (skeleton !== character) skeletons.set(character, skeleton)
    continue
  }
  // confused with another letter than the one that case and compatibility make of it: Greek Η, ϲ
  const asWritten = prepared(prototypes.get(character))
  if (asWritten !== undefined && ascii.test(asWritten) && asWritten !== skeleton)
    skeletons.set(character, asWritten)
}
writeFileSync(printed, page(skeletons))

/** What Active Directory or the eye takes for the same, and Unicode's two files do not have. */
function ownRules(): Map<string, string> {
  const rules = new Map([
    ['\u00fe', 'th'],
    ['\u00f0', 'd'],
    ['\u00df', 'ss'],
    ['\u3002', '.'],
    // as the other form of the letter, which looks like an o
    ['\u03c2', 'o'],
  ])
  const smallCapitals = 'ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ'
  const letters = 'abcdefghijklmnopqrstuvwyz'
  for (const [index, capital] of [...smallCapitals].entries())
    rules.set(capital, letters[index] ?? '')
  // negative circled and squared letters, and regional indicators
  for (const first of [0x1f150, 0x1f170, 0x1f1e6]) {
    for (let index = 0; index < 26; index++) {
      rules.set(String.fromCodePoint(first + index), String.fromCharCode(0x61 + index))
    }
  }
  return rules
}

/** The file pairs each character with its prototype in both directions. */
function readPrototypes(file: string): Map<string, string> {
  const pairs: Record<string, { readonly c: string }[]> = JSON.parse(readFileSync(file, 'utf8'))
  const found = new Map<string, string>()
  const clean = (text: string) => text.replaceAll('\u200e', '')
  const degrees = new Map(Object.entries(pairs).map(([text, list]) => [clean(text), list.length]))
  for (const [written, list] of Object.entries(pairs)) {
    const text = clean(written)
    const [only] = list
    if (list.length !== 1 || only === undefined || [...text].length !== 1) continue
    const other = clean(only.c)
    const ambiguous = (degrees.get(other) ?? 0) === 1 && !ascii.test(other)
    if (ascii.test(text) || (ambiguous && [...other].length === 1 && text < other)) continue
    found.set(text, other)
  }
  return found
}

/** The first character of each primary weight represents all of them. */
function readSameLetters(file: string): Map<string, string> {
  const weights = new Map<string, string>()
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const parts = /^([0-9A-F]{4,6})\s*;\s*([^#]*)/.exec(line)
    if (parts === null) continue
    const character = String.fromCodePoint(Number.parseInt(parts[1] ?? '', 16))
    if (!/[\p{L}\p{N}]/u.test(character) || reducedText(character) !== character) continue
    const primaries = [...(parts[2] ?? '').matchAll(/\[\.([0-9A-F]{4})/g)].map((match) => match[1])
    const key = primaries.filter((primary) => primary !== '0000').join(' ')
    if (key !== '' && !(parts[2] ?? '').includes('[*')) weights.set(character, key)
  }
  const first = new Map<string, string>()
  for (const [character, key] of [...weights].sort(([one], [other]) => order(one, other))) {
    if (character === character.toLowerCase() && !first.has(key)) first.set(key, character)
  }
  const found = new Map<string, string>()
  for (const [character, key] of weights) {
    const same =
      first.get(key) ??
      key
        .split(' ')
        .map((primary) => first.get(primary) ?? '\0')
        .join('')
    if (same !== character && !same.includes('\0')) found.set(character, same)
  }
  for (const [character, key] of weights) {
    if (!key.includes(' ')) continue
    const letters = key.split(' ').map((primary) => first.get(primary) ?? '\0')
    if (letters.every((letter) => ascii.test(letter) && letter !== '\0'))
      found.set(character, letters.join(''))
  }
  return found
}

function order(one: string, other: string): number {
  return (one.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0)
}

/** Follows the rules to their end; a circle ends at its first character. */
function toSkeleton(text: string): string {
  return [...text].map((character) => followed(character, [])).join('')
}

function followed(character: string, path: readonly string[]): string {
  if (ascii.test(character)) return character
  const start = path.indexOf(character)
  if (start !== -1) return [...path.slice(start)].sort(order)[0] ?? character
  const target = findTarget(character)
  if (target === undefined || target === character) return character
  return [...target].map((next) => followed(next, [...path, character])).join('')
}

function findTarget(character: string): string | undefined {
  const rule = own.get(character)
  if (rule !== undefined) return rule
  const same = sameLetters.get(character)
  const alike = prepared(prototypes.get(character))
  const capital = character.toUpperCase()
  const asCapital = capital === character ? undefined : prepared(prototypes.get(capital))
  const candidates = [same, alike, asCapital].filter((target) => target !== undefined)
  return candidates.find((target) => ascii.test(target)) ?? same ?? alike
}

function prepared(target: string | undefined): string | undefined {
  if (target === undefined) return undefined
  const text = reducedText(reducedText(target).toLowerCase())
  // the prototype of all that looks like an m
  return text === '' ? undefined : text.replaceAll('rn', 'm')
}

function page(found: ReadonlyMap<string, string>): string {
  const groups = new Map<string, string[]>()
  for (const [character, target] of found) {
    const codes = groups.get(target) ?? []
    groups.set(target, [...codes, (character.codePointAt(0) ?? 0).toString(16)])
  }
  const hex = (text: string) =>
    [...text].map((character) => (character.codePointAt(0) ?? 0).toString(16)).join('+')
  const tokens = [...groups].flatMap(([target, codes]) => [`${hex(target)}:`, ...codes])
  const lines = ['']
  for (const token of tokens) {
    const line = lines.at(-1) ?? ''
    if (line.length + token.length + 1 > 100) lines.push(token)
    else lines[lines.length - 1] = line === '' ? token : `${line} ${token}`
  }
  return `${head}export const confusables = \`\n${lines.join('\n')}\n\`\n`
}
