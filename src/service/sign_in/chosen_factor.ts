import { readPrompt } from '../../duo/index.ts'
import type { PhoneFactorName } from '../authenticators/phone/capable_phone.ts'

/** The second factor, as a client names it. */
export type ChosenFactor =
  | { readonly factor: 'passcode'; readonly passcode: string }
  | {
      readonly factor: 'auto' | PhoneFactorName
      /** `auto`, `DP…`, or the phone's number in the list. */
      readonly device: string | number
      /** The txid that preauth returned with the verification code. */
      readonly txid?: string | undefined
    }
  | { readonly factor: 'prompt'; readonly prompt: string; readonly txid?: string | undefined }

/** A text that the client only proves, and that is none of those that the service knows. */
export interface UnknownText {
  readonly factor: 'unknown text'
  readonly fingerprint: string
}

/** What a user typed or chose, after parsing. */
export type Factor = Exclude<ChosenFactor, { factor: 'prompt' }> | UnknownText

export type PhoneChoice = Exclude<ChosenFactor, { factor: 'passcode' | 'prompt' }>

/** Parses what the user typed at a prompt: a factor, or else a passcode. */
export function toFactor(chosen: ChosenFactor): Exclude<Factor, UnknownText> {
  if (chosen.factor !== 'prompt') return chosen
  const prompt = readPrompt(chosen.prompt)
  if (prompt.kind !== 'factor') return { factor: 'passcode', passcode: chosen.prompt }
  const { factor, phone: device = 'auto' } = prompt
  return { factor, device, txid: chosen.txid }
}

/** What two requests must have in common to ask for the same. */
export function toWord(chosen: Factor): string[] {
  switch (chosen.factor) {
    case 'passcode':
      return ['passcode', chosen.passcode.replace(/\s+/g, '')]
    case 'unknown text':
      return ['unknown text', chosen.fingerprint]
    default:
      return [chosen.factor, String(chosen.device).toLowerCase()]
  }
}
