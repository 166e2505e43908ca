import { type Prompt, readPrompt } from '../../duo/index.ts'

/** What a user typed into the field for the second factor, unless it is empty. */
export type TypedWord = Exclude<Prompt, { readonly kind: 'nothing' }>

/**
 * Parses what a user typed, by the grammar of the Auth API's `factor=prompt`.
 *
 * @param aliases `factor_aliases`: lower-case words, and the factor each one is replaced by.
 * @returns `undefined` if nothing was typed.
 */
export function readTypedWord(
  typed: string,
  aliases: ReadonlyMap<string, string>,
): TypedWord | undefined {
  const prompt = readPrompt(aliases.get(typed.trim().toLowerCase()) ?? typed)
  return prompt.kind === 'nothing' ? undefined : prompt
}

/** The factor's name in logs and events. */
export function factorName(word: TypedWord): string {
  return word.kind === 'factor' ? word.factor : 'passcode'
}
