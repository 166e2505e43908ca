import type { Device } from '../../duo/index.ts'
import type { TypedWord } from './typed_word.ts'

/** Parameters of `/auth/v2/auth`, or why there are none. */
export type Choice =
  | { readonly kind: 'ask'; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: 'impossible'; readonly message: string }

/**
 * Turns the typed word into the parameters of `auth`. A number selects one of the user's phones in
 * preauth's order. Hardware tokens are not counted, so `push2` and `phone2` are the same phone.
 */
export function chooseFactor(word: TypedWord, devices: readonly Device[]): Choice {
  if (word.kind === 'passcode') {
    return { kind: 'ask', parameters: { factor: 'passcode', passcode: word.passcode } }
  }
  const { factor, phone: number } = word
  const phones = devices.filter(({ type }) => type === 'phone')
  if (number === undefined) {
    // with `auto` the API takes the first capable phone
    return phones.some(({ capabilities }) => capabilities?.includes(factor) === true)
      ? { kind: 'ask', parameters: { factor, device: 'auto' } }
      : { kind: 'impossible', message: `None of your phones can be used for ${factor}.` }
  }
  const phone = phones[number - 1]
  if (phone === undefined) {
    return { kind: 'impossible', message: `There is no phone ${number} for ${factor}.` }
  }
  if (phone.capabilities?.includes(factor) !== true) {
    return { kind: 'impossible', message: `Phone ${number} can't be used for ${factor}.` }
  }
  return { kind: 'ask', parameters: { factor, device: phone.device } }
}
