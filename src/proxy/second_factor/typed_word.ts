import { type Prompt, readPrompt } from '../../duo/index.ts'

/** What a user typed into the field for the second factor, when it is something. */
export type TypedWord = Exclude<Prompt, { readonly kind: 'nothing' }>

/**
 * Reads what a user typed, by the grammar of the Auth API's `factor=prompt`, after the words of the
 * administrator's own.
 *
 * @param aliases `factor_aliases`: words in lower case, and the factor each stands for.
 * @returns `undefined` where nothing was typed.
 */
export function readTypedWord(
  typed: string,
  aliases: ReadonlyMap<string, string>,
): TypedWord | undefined {
  const prompt = readPrompt(aliases.get(typed.trim().toLowerCase()) ?? typed)
  return prompt.kind === 'nothing' ? undefined : prompt
}

/** The factor by the name that the logs have for it. */
export function parseFactor(word: TypedWord): string {
  return word.kind === 'factor' ? word.factor : 'passcode'
}
