import { maxMessageLength, toGsm7 } from '../../messaging/sms/gsm7.ts'

/** What a message with passcodes says besides them. */
export interface SmsWords {
  readonly organisation: string
  /** Empty if no application requested them. */
  readonly application: string
  /** Replaces all words but the application's name, which follows it; empty for the default. */
  readonly message: string
}

const maxOrganisationLength = 30

/**
 * The text of a message with passcodes: `Your Acme passcode for VPN: 1275898`. Long names are cut, so that
 * the text fits into one message.
 */
export function smsText(
  codes: readonly string[],
  { organisation, application, message }: SmsWords,
): string {
  const ending = codes.join(' ')
  const kind = codes.length === 1 ? 'passcode' : 'passcodes'
  if (message === '') {
    const sender = toGsm7(organisation).slice(0, maxOrganisationLength).trim()
    const room = maxMessageLength - `Your ${sender} ${kind} for : ${ending}`.length
    const name = toGsm7(application).slice(0, Math.max(0, room)).trim()
    return `Your ${sender} ${kind}${name === '' ? '' : ` for ${name}`}: ${ending}`
  }
  const room = maxMessageLength - `: ${ending}`.length
  const beginning = toGsm7(`${message} ${application}`).slice(0, room).trim()
  return beginning === '' ? ending : `${beginning}: ${ending}`
}
