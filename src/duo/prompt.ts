/** What a user typed, or chose from a list, where a second factor was asked for. */
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
 * Reads what a user typed: case and surrounding blanks don't matter, nor do blanks between digits.
 * What names no factor is a passcode; whether it is a right one is not to be seen from here.
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

/** A prompt as `factor=prompt` takes it: one that is read again as the same. */
export function promptWord(prompt: Exclude<Prompt, { readonly kind: 'nothing' }>): string {
  return prompt.kind === 'passcode' ? prompt.passcode : `${prompt.factor}${prompt.phone ?? ''}`
}
