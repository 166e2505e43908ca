/** A factor that a user can name, with or without the number of a phone. */
export type NamedFactor = 'auto' | 'push' | 'phone' | 'sms'

/** What a user typed into the field for the second factor. */
export type TypedWord =
  | { readonly kind: 'factor'; readonly factor: NamedFactor; readonly phone: number | undefined }
  | { readonly kind: 'passcode'; readonly passcode: string }
  | { readonly kind: 'nothing' }

/**
 * Reads what a user typed: case and surrounding blanks don't matter, nor do blanks between digits.
 * What is no word for a factor is a passcode; whether it is a right one is the API's to say.
 *
 * @param aliases Words of the administrator's (`factor_aliases`), in lower case.
 */
export function readTypedWord(typed: string, aliases: ReadonlyMap<string, string>): TypedWord {
  const trimmed = typed.trim()
  if (trimmed === '') return { kind: 'nothing' }
  const word = trimmed.toLowerCase()
  const named = /^(auto|push|phone|sms)\s*([1-9]\d?)?$/.exec(aliases.get(word) ?? word)
  const factor = named?.[1]
  if (factor === 'auto' || factor === 'push' || factor === 'phone' || factor === 'sms') {
    const number = named?.[2]
    return { kind: 'factor', factor, phone: number === undefined ? undefined : Number(number) }
  }
  const digits = trimmed.replace(/\s+/g, '')
  return { kind: 'passcode', passcode: /^\d+$/.test(digits) ? digits : trimmed }
}

/** The word as `factor=prompt` takes it. */
export function promptOf(word: Exclude<TypedWord, { kind: 'nothing' }>): string {
  return word.kind === 'passcode' ? word.passcode : `${word.factor}${word.phone ?? ''}`
}

/** The factor by the name that the logs have for it. */
export function factorOf(word: TypedWord): string | undefined {
  if (word.kind === 'factor') return word.factor
  return word.kind === 'passcode' ? 'passcode' : undefined
}
