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

export type PhoneChoice = Exclude<ChosenFactor, { factor: 'passcode' | 'prompt' }>

/** Parses what the user typed at a prompt: a factor, or else a passcode. */
export function toFactor(chosen: ChosenFactor): Exclude<ChosenFactor, { factor: 'prompt' }> {
  if (chosen.factor !== 'prompt') return chosen
  const prompt = readPrompt(chosen.prompt)
  if (prompt.kind !== 'factor') return { factor: 'passcode', passcode: chosen.prompt }
  const { factor, phone: device = 'auto' } = prompt
  return { factor, device, txid: chosen.txid }
}

/** What two requests must have in common to ask for the same. */
export function toWord(chosen: Exclude<ChosenFactor, { factor: 'prompt' }>): string[] {
  return chosen.factor === 'passcode'
    ? ['passcode', chosen.passcode.replace(/\s+/g, '')]
    : [chosen.factor, String(chosen.device).toLowerCase()]
}
