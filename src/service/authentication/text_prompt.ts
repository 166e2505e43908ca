import { type CapablePhone, displayName, maskedNumber } from './devices.ts'

/** A prompt that is ready to be shown (`text_prompt=1`), and what its numbers mean. */
export interface TextPrompt {
  readonly text: string
  readonly factors: Readonly<Record<string, string>>
}

const options = [
  { name: 'push', label: 'Duo Push to' },
  { name: 'phone', label: 'Phone call to' },
  { name: 'sms', label: 'SMS passcodes to' },
] as const

/** All pushes, then all calls, then all texts; each named with the number of its phone. */
export function textPrompt(username: string, phones: readonly CapablePhone[]): TextPrompt {
  const offered = options.flatMap(({ name, label }) =>
    phones.flatMap(({ phone, capabilities }, index) =>
      capabilities.includes(name)
        ? [
            {
              factor: `${name}${index + 1}`,
              line: `${label} ${phone.number === '' ? displayName(phone) : maskedNumber(phone.number)}`,
            },
          ]
        : [],
    ),
  )
  const header = `Duo two-factor login for ${username}\n\n`
  const [first] = offered
  if (first === undefined) return { text: `${header}Passcode: `, factors: {} }
  const lines = offered.map(({ line }, index) => ` ${index + 1}. ${line}\n`).join('')
  const numbered = offered.map(({ factor }, index) => [String(index + 1), factor])
  return {
    text: `${header}Enter a passcode or select one of the following options:\n\n${lines}\nPasscode or option (1-${offered.length}): `,
    factors: { default: first.factor, ...Object.fromEntries(numbered) },
  }
}
