/** What a user typed where a second factor is asked for. */
export type TypedWord =
  | { readonly kind: 'passcode'; readonly passcode: string }
  | {
      readonly kind: 'factor'
      readonly factor: 'auto' | 'push' | 'phone' | 'sms'
      /** Counts the user's phones from 1. */
      readonly phone: number | undefined
    }

/** Reads the typed word: blanks around it, blanks inside of digits and its case say nothing. */
export function readTypedWord(typed: string): TypedWord {
  const word = typed.trim()
  const named = /^(auto|push|phone|sms)\s*(\d{1,4})?$/.exec(word.toLowerCase())
  const factor = named?.[1]
  if (factor === 'auto' || factor === 'push' || factor === 'phone' || factor === 'sms') {
    const number = named?.[2]
    return { kind: 'factor', factor, phone: number === undefined ? undefined : Number(number) }
  }
  return { kind: 'passcode', passcode: cleanPasscode(word) }
}

/** A passcode without the blanks that people put between its digits. */
export function cleanPasscode(typed: string): string {
  const digits = typed.replace(/[\s-]+/g, '')
  return /^\d+$/.test(digits) ? digits : typed.trim()
}
