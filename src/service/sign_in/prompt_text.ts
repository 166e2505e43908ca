import type { CapablePhone } from '../authenticators/phone/capable_phone.ts'
import { displayName } from '../authenticators/phone/phone_label.ts'

/** The text that a command-line client shows, and the factor for each answer. */
export interface PromptText {
  readonly text: string
  readonly factors: Readonly<Record<string, string>>
}

const kinds = [
  { factor: 'push', label: 'Duo Push to' },
  { factor: 'phone', label: 'Phone call to' },
  { factor: 'sms', label: 'SMS passcodes to' },
] as const

/**
 * Builds the text that `text_prompt` requests: all pushes, then all calls, then all messages.
 *
 * @param nextDigits First digit of the next SMS passcode, by phone.
 * @param pushCode The code that the app will ask for. It is part of the text because some clients show
 *   nothing else while they wait.
 */
export function promptText(
  username: string,
  phones: readonly CapablePhone[],
  nextDigits: ReadonlyMap<string, string>,
  pushCode?: string,
): PromptText {
  const options = kinds.flatMap(({ factor, label }) =>
    phones.flatMap((phone, index) =>
      phone.capabilities.includes(factor)
        ? [
            {
              factor: `${factor}${index + 1}`,
              line: `${label} ${displayName(phone)}${factor === 'sms' ? nextCode(nextDigits.get(phone.phoneId)) : ''}`,
            },
          ]
        : [],
    ),
  )
  const [first] = options
  const title = `Duo two-factor login for ${username}\n\n`
  if (first === undefined) return { text: `${title}Passcode: `, factors: {} }
  const lines = options.map(({ line }, index) => ` ${index + 1}. ${line}`).join('\n')
  const codeLine =
    pushCode === undefined ? '' : `The app asks for this code with a push: ${pushCode}\n\n`
  const choice = `Passcode or option (1-${options.length}): `
  return {
    text: `${title}Enter a passcode or select one of the following options:\n\n${lines}\n\n${codeLine}${choice}`,
    factors: Object.fromEntries([
      ['default', first.factor],
      ...options.map(({ factor }, index) => [String(index + 1), factor]),
    ]),
  }
}

function nextCode(digit: string | undefined): string {
  return digit === undefined ? '' : ` (next code starts with: ${digit})`
}
