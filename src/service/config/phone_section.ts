import type { ConfigFile } from '../../config/config_file.ts'
import type { SectionKind, ValueOf } from '../../config/option.ts'
import type { Report } from '../../config/problem.ts'
import type { SectionValues } from '../../config/section_values.ts'
import { oneOf } from '../../config/value_type.ts'
import { type AwsConfig, awsSection, readAwsSection } from './aws_section.ts'
import { phoneKeyOrNone, phoneKeys, phoneNumber } from './phone_number_value.ts'
import { requireKeys } from './provider_choice.ts'
import { buildLimitOptions, readLimits, type TelephonyLimits } from './telephony_limits.ts'
import { readTwilioSection, type TwilioConfig, twilioSection } from './twilio_section.ts'

export const phoneSection = {
  name: 'phone',
  meaning: 'Sign-ins that are confirmed by a key in a phone call',
  options: {
    provider: {
      type: oneOf('off', 'outbox', 'twilio', 'aws'),
      default: 'off',
      meaning:
        "How calls are made. `aws` speaks a passcode, since it can't receive keys; `outbox` keeps calls in files, for tests, and `countersign outbox answer` answers them",
    },
    caller_id: {
      type: phoneNumber,
      meaning: "Calling number, one of the provider's, such as +15550101234",
    },
    language: {
      type: oneOf('en', 'de', 'fr', 'es', 'it', 'nl', 'pt', 'pl'),
      default: 'en',
      meaning: 'Language of the call',
    },
    keypress_confirm: {
      type: phoneKeys,
      default: '1#',
      meaning: 'Keys that confirm the sign-in, of 0 to 9, * and #; the call names the first',
    },
    keypress_fraud: {
      type: phoneKeyOrNone,
      default: '9',
      meaning: 'Key that reports a sign-in as fraud; `none` for no such key',
    },
    ...buildLimitOptions('Calls', { allPerHour: '500' }),
  },
} as const satisfies SectionKind

export type Language = ValueOf<typeof phoneSection.options.language>

export interface PhoneConfig {
  readonly provider:
    | { readonly kind: 'off' }
    | { readonly kind: 'outbox' }
    | { readonly kind: 'twilio'; readonly twilio: TwilioConfig }
    | { readonly kind: 'aws'; readonly aws: AwsConfig }
  readonly callerId: string | undefined
  readonly language: Language
  /** The call names the first. */
  readonly confirmKeys: string
  readonly fraudKey: string | undefined
  readonly limits: TelephonyLimits
}

/** @param folder Relative paths start here. */
export function readPhoneSection(config: ConfigFile, folder: string, report: Report): PhoneConfig {
  const values = config.only(phoneSection)
  const confirmKeys = values.get('keypress_confirm')
  const fraudKey = values.get('keypress_fraud')
  if (confirmKeys.includes(fraudKey)) {
    // one of the two can be a default, which has no line
    const key = values.has('keypress_confirm') ? 'keypress_confirm' : 'keypress_fraud'
    const message = `keypress_confirm and keypress_fraud both have the key ${fraudKey}; change one`
    report('error', values.line(key), message)
  }
  return {
    provider: readProvider(config, values, folder, report),
    callerId: values.get('caller_id'),
    language: values.get('language'),
    confirmKeys,
    fraudKey: fraudKey === 'none' ? undefined : fraudKey,
    limits: readLimits(values),
  }
}

function readProvider(
  config: ConfigFile,
  values: SectionValues<typeof phoneSection.options>,
  folder: string,
  report: Report,
): PhoneConfig['provider'] {
  const provider = values.get('provider')
  if (provider === 'off' || provider === 'outbox') return { kind: provider }
  const choice = { section: 'phone', provider, line: values.line('provider') }
  requireKeys(choice, values, ['caller_id'], report)
  if (provider === 'aws') {
    return { kind: provider, aws: readAwsSection(config.only(awsSection), choice, folder, report) }
  }
  const twilio = readTwilioSection(config.only(twilioSection), choice, folder, report)
  return { kind: provider, twilio }
}
