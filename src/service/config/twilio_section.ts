import { resolve } from 'node:path'
import type { SectionKind } from '../../config/option.ts'
import type { Report } from '../../config/problem.ts'
import type { SectionValues } from '../../config/section_values.ts'
import { file, text } from '../../config/value_type.ts'
import { Secret } from '../../host/secret.ts'
import { secureUrl } from './http_url_value.ts'
import { type ProviderChoice, requireKeys } from './provider_choice.ts'
import { secretValue } from './secret_value.ts'

export const twilioSection = {
  name: 'twilio',
  meaning: 'Twilio, or a service with the same API',
  options: {
    account_sid: { type: text, meaning: 'Account SID, `AC…`' },
    auth_token: { type: secretValue, meaning: 'Auth token; it also authenticates webhooks' },
    from: {
      type: text,
      meaning: 'Sender of messages: a number of the account, or a name where allowed',
    },
    messaging_service_sid: {
      type: text,
      meaning: 'Messaging Service that sends, `MG…`, instead of from',
    },
    base_url: {
      type: secureUrl('auth_token'),
      default: 'https://api.twilio.com',
      meaning: 'Address of the API; the path /2010-04-01/Accounts/… is added',
    },
    ca_file: {
      type: file,
      meaning:
        'PEM file of the certificate authority to trust for base_url, instead of the public ones',
    },
  },
} as const satisfies SectionKind

export interface TwilioConfig {
  readonly accountSid: string
  readonly authToken: Secret
  /** Sender of messages; calls have the caller's number. */
  readonly from: string | undefined
  readonly messagingServiceSid: string | undefined
  /** Without a slash at its end. */
  readonly baseUrl: string
  readonly caFile: string | undefined
}

/** @param folder Relative paths start here. */
export function readTwilioSection(
  values: SectionValues<typeof twilioSection.options>,
  choice: ProviderChoice,
  folder: string,
  report: Report,
): TwilioConfig {
  requireKeys(choice, values, ['account_sid', 'auth_token'], report)
  const caFile = values.get('ca_file')
  return {
    accountSid: values.get('account_sid') ?? '',
    authToken: values.get('auth_token') ?? new Secret(''),
    from: values.get('from'),
    messagingServiceSid: values.get('messaging_service_sid'),
    baseUrl: values.get('base_url').replace(/\/+$/, ''),
    caFile: caFile === undefined ? undefined : resolve(folder, caFile),
  }
}
