import type { CapablePhone } from '../authenticators/phone/capable_phone.ts'

/** What a client without a screen of its own shows, and what each answer stands for. */
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
 * The list that `text_prompt` asks for: all pushes, then all calls, then all messages.
 *
 * @param nextDigits First digit of the next SMS passcode, by phone.
 * @param pushCode What the app will ask for: some clients show nothing more while they wait.
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
  const told =
    pushCode === undefined ? '' : `The app asks for this code with a push: ${pushCode}\n\n`
  const choice = `Passcode or option (1-${options.length}): `
  return {
    text: `${title}Enter a passcode or select one of the following options:\n\n${lines}\n\n${told}${choice}`,
    factors: Object.fromEntries([
      ['default', first.factor],
      ...options.map(({ factor }, index) => [String(index + 1), factor]),
    ]),
  }
}

function nextCode(digit: string | undefined): string {
  return digit === undefined ? '' : ` (next code starts with: ${digit})`
}

/** A number as others may see it: its last four digits. */
export function maskedNumber(number: string): string {
  return number === '' ? '' : `XXX-XXX-${number.slice(-4)}`
}

/** What a phone is called in a list: its name, its platform or "Phone", and the masked number. */
export function displayName({ name, platform, number }: CapablePhone): string {
  const called = name === '' ? platform : name
  const masked = maskedNumber(number)
  if (masked === '') return called === '' ? 'Phone' : called
  return called === '' ? masked : `${called} (${masked})`
}
