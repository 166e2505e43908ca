import type { SuggestedValue } from './fix.ts'
import { findNearest } from './nearest_name.ts'

/** A value, or what is wrong with its text. */
export type ParsedValue<T> =
  | { readonly value: T }
  /** Completes a sentence that begins with the key: `is '99999'; expected …`. Never contains a secret. */
  | { readonly problem: string; readonly suggestion?: SuggestedValue | undefined }

/** How the value of an option is written, checked and read. */
export interface ValueType<T> {
  /** The expected form, as the reference page shows it (Markdown). */
  readonly form: string
  /** The words to choose from. */
  readonly words?: readonly string[]
  /** Names that an editor offers, besides `words`. */
  readonly offers?: 'client sections' | 'radius attributes'
  readonly secret?: boolean
  /** The value may continue on further, indented lines. */
  readonly multiline?: boolean
  /** Each line has the form `Name: value`, so only `=` marks a key that was indented by mistake. */
  readonly hasHeaderLines?: boolean
  /** Otherwise `=` in the value shows that two lines were joined by accident. */
  readonly mayContainEquals?: boolean
  /** @param key For messages that show how to write the line. */
  parse(value: string, key: string): ParsedValue<T>
}

/** Any text on one line. */
export const text: ValueType<string> = {
  form: 'text',
  mayContainEquals: true,
  parse: (value) => ({ value }),
}

/** Any text; it may continue on further lines. */
export const longText: ValueType<string> = { ...text, multiline: true }

export const secret: ValueType<string> = { ...text, form: 'secret', secret: true }

/** Name of another section of the file. */
export const sectionName: ValueType<string> = {
  ...text,
  form: 'name of a section',
  offers: 'client sections',
}

/** A path of a file, as written. */
export const file: ValueType<string> = { ...text, form: 'file' }

/** A path of a folder, as written. */
export const folder: ValueType<string> = { ...text, form: 'folder' }

const trueWords = ['1', 'yes', 'true', 'on']
const falseWords = ['0', 'no', 'false', 'off']

/** Any case: `1`, `yes`, `true`, `on`; `0`, `no`, `false`, `off`. */
export const boolean: ValueType<boolean> = {
  form: '`true` or `false`',
  words: ['true', 'false'],
  parse: (value) => {
    const word = value.toLowerCase()
    if (trueWords.includes(word)) return { value: true }
    if (falseWords.includes(word)) return { value: false }
    return {
      problem: `is '${value}'; expected true or false`,
      ...suggestWord(word, ['true', 'false']),
    }
  },
}

/** A decimal integer; both bounds are inclusive. */
export function integer({ min, max }: { min: number; max?: number }): ValueType<number> {
  const expected = max === undefined ? `of ${min} or more` : `from ${min} to ${max}`
  return {
    form: max === undefined ? `integer, ${min} or more` : `integer, ${min} to ${max}`,
    parse: (value) => {
      const number = Number(value)
      const isInRange = number >= min && number <= (max ?? Number.MAX_SAFE_INTEGER)
      if (/^\d+$/.test(value) && isInRange) return { value: number }
      return { problem: `is '${value}'; expected an integer ${expected}` }
    },
  }
}

/** A TCP or UDP port. */
export const port = integer({ min: 1, max: 65535 })

/** One of several words, in any case; read in the case of the table. */
export function oneOf<const Words extends readonly string[]>(
  ...words: Words
): ValueType<Words[number]> {
  return {
    form: words.map((word) => `\`${word}\``).join(', '),
    words,
    parse: (value) => {
      const word = words.find((known) => known.toLowerCase() === value.toLowerCase())
      if (word !== undefined) return { value: word }
      return {
        problem: `is '${value}'; expected ${words.join(' | ')}`,
        ...suggestWord(value, words),
      }
    },
  }
}

function suggestWord(
  value: string,
  words: readonly string[],
): { readonly suggestion?: SuggestedValue } {
  const nearest = findNearest(value, words)
  return nearest === undefined ? {} : { suggestion: { value: nearest } }
}

/** A comma-separated list whose items are all parsed by `item`. */
export function list<T>(
  form: string,
  item: (text: string, key: string) => ParsedValue<T>,
): ValueType<readonly T[]> {
  return {
    form,
    multiline: true,
    mayContainEquals: true,
    parse: (value, key) => {
      const items: T[] = []
      for (const written of splitList(value)) {
        const parsed = item(written, key)
        if ('problem' in parsed) return parsed
        items.push(parsed.value)
      }
      return { value: items }
    },
  }
}

/** Comma-separated words. */
export const words = list('comma-separated names', (value) => ({ value }))

/** The items of a comma-separated list, without blanks around them; empty items are dropped. */
function splitList(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
