/** A value of a setting, as JSON has it. */
export type SettingValue = number | boolean | string

/** How a setting is entered. */
export type SettingInput = 'number' | 'switch' | 'text' | 'long_text' | 'choice' | 'time_zone'

/** A value, or what is wrong with it. */
export type CheckedValue<Value extends SettingValue> =
  | { readonly value: Value }
  /** Completes a sentence that begins with the setting's name: `must be 1 to 10`. */
  | { readonly problem: string }

/** How the value of a setting is checked and entered. */
export interface SettingType<Value extends SettingValue = SettingValue> {
  readonly input: SettingInput
  readonly min?: number
  readonly max?: number
  /** The longest text, in characters. */
  readonly maxLength?: number
  readonly choices?: readonly string[]
  /** What a number counts: `minutes`. */
  readonly unit?: string
  /** Clients of the Admin API send numbers and booleans as text, too. */
  check(value: unknown): CheckedValue<Value>
}

/** An integer; both bounds are inclusive. */
export function integer(
  min: number,
  max: number,
  options: { readonly unit?: string; readonly orZero?: boolean } = {},
): SettingType<number> {
  const { unit, orZero = false } = options
  const isAllowed = (number: number) =>
    Number.isSafeInteger(number) && ((number >= min && number <= max) || (orZero && number === 0))
  const problem = `must be an integer from ${min} to ${max}${orZero ? ', or 0' : ''}`
  return {
    input: 'number',
    min: orZero ? 0 : min,
    max,
    ...(unit === undefined ? {} : { unit }),
    check: (value) => {
      const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
      return typeof number === 'number' && isAllowed(number) ? { value: number } : { problem }
    },
  }
}

/** `true` and `false`; as text also `1` and `0`. */
export const boolean: SettingType<boolean> = {
  input: 'switch',
  check: (value) => {
    if (value === true || value === 'true' || value === '1' || value === 1) return { value: true }
    if (value === false || value === 'false' || value === '0' || value === 0) {
      return { value: false }
    }
    return { problem: 'must be true or false' }
  },
}

/** One line of text, without blanks around it. */
export function text(
  maxLength: number,
  options: { readonly required?: boolean } = {},
): SettingType<string> {
  return { ...textType(maxLength, options.required ?? false, /\p{Cc}/u), input: 'text' }
}

/** Text of several lines. */
export function longText(maxLength: number): SettingType<string> {
  return { ...textType(maxLength, false, /[^\P{Cc}\n]/u), input: 'long_text' }
}

function textType(maxLength: number, required: boolean, forbidden: RegExp): SettingType<string> {
  return {
    input: 'text',
    maxLength,
    check: (value) => {
      if (typeof value !== 'string') return { problem: 'must be text' }
      const trimmed = value.replaceAll('\r\n', '\n').trim()
      if (forbidden.test(trimmed)) return { problem: 'must not contain control characters' }
      if (required && trimmed === '') return { problem: 'must not be empty' }
      if ([...trimmed].length > maxLength) {
        return { problem: `must have at most ${maxLength} characters` }
      }
      return { value: trimmed }
    },
  }
}

/** Text of a form that `isValid` recognises; empty text is allowed. */
export function textOf(
  maxLength: number,
  isValid: (text: string) => boolean,
  problem: string,
): SettingType<string> {
  const any = text(maxLength)
  return {
    ...any,
    check: (value) => {
      const checked = any.check(value)
      if ('problem' in checked || checked.value === '' || isValid(checked.value)) return checked
      return { problem }
    },
  }
}

/** One of several words. */
export function oneOf<const Words extends readonly string[]>(
  ...choices: Words
): SettingType<Words[number]> {
  return {
    input: 'choice',
    choices,
    check: (value) => {
      const choice = choices.find((word) => word === value)
      return choice === undefined
        ? { problem: `must be one of ${choices.join(', ')}` }
        : { value: choice }
    },
  }
}

/** A name of the IANA time zone database, such as `Europe/Berlin`. */
export const timeZone: SettingType<string> = {
  input: 'time_zone',
  maxLength: 64,
  check: (value) =>
    typeof value === 'string' && isTimeZone(value)
      ? { value }
      : { problem: 'must be a time zone such as Europe/Berlin' },
}

function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][\w+/-]*$/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
