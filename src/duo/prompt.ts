/** What a user typed, or chose from a list, at the prompt for a second factor. */
export type Prompt =
  | {
      readonly kind: 'factor'
      readonly factor: 'auto' | 'push' | 'phone' | 'sms'
      /** Number of the phone, from 1 on. */
      readonly phone: number | undefined
    }
  | { readonly kind: 'passcode'; readonly passcode: string }
  | { readonly kind: 'nothing' }

/**
 * Parses what a user typed. Case, surrounding blanks and blanks between digits are ignored. Text that
 * names no factor is a passcode.
 */
export function readPrompt(typed: string): Prompt {
  const trimmed = typed.trim()
  if (trimmed === '') return { kind: 'nothing' }
  const named = /^(auto|push|phone|sms)\s*([1-9]\d?)?$/.exec(trimmed.toLowerCase())
  const factor = named?.[1]
  if (factor === 'auto' || factor === 'push' || factor === 'phone' || factor === 'sms') {
    const number = named?.[2]
    return { kind: 'factor', factor, phone: number === undefined ? undefined : Number(number) }
  }
  const digits = trimmed.replace(/\s+/g, '')
  return { kind: 'passcode', passcode: /^\d+$/.test(digits) ? digits : trimmed }
}

/** The factors that a user can name, without a number and with each of one digit. */
export const promptWords: readonly string[] = ['push', 'phone', 'sms', 'auto'].flatMap((factor) => [
  factor,
  ...Array.from({ length: 9 }, (_, index) => `${factor}${index + 1}`),
])

/** Formats a prompt for `factor=prompt`; `readPrompt` parses it to the same value. */
export function promptWord(prompt: Exclude<Prompt, { readonly kind: 'nothing' }>): string {
  return prompt.kind === 'passcode' ? prompt.passcode : `${prompt.factor}${prompt.phone ?? ''}`
}
