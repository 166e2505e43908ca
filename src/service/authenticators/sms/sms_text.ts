import { maxMessageLength, toGsm7 } from '../../messaging/sms/gsm7.ts'

/**
 * The text of a message with passcodes: `Your VPN passcode: 1275898`. Long names are cut, so that the
 * text fits into one message.
 *
 * @param application Empty if no application requested them.
 * @param message Replaces "Your" and "passcode"; the application's name follows it. Empty for the default.
 */
export function smsText(codes: readonly string[], application: string, message = ''): string {
  const ending = codes.join(' ')
  const kind = codes.length === 1 ? 'passcode' : 'passcodes'
  if (message === '') {
    const room = maxMessageLength - `Your  ${kind}: ${ending}`.length
    const name = toGsm7(application).slice(0, room).trim()
    return `Your ${name === '' ? '' : `${name} `}${kind}: ${ending}`
  }
  const room = maxMessageLength - `: ${ending}`.length
  const beginning = toGsm7(`${message} ${application}`).slice(0, room).trim()
  return beginning === '' ? ending : `${beginning}: ${ending}`
}
