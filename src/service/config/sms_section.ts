import type { ConfigFile } from '../../config/config_file.ts'
import type { SectionKind } from '../../config/option.ts'
import type { Report } from '../../config/problem.ts'
import { boolean, integer, oneOf, text } from '../../config/value_type.ts'
import { type AwsConfig, awsSection, readAwsSection } from './aws_section.ts'
import {
  type HttpGatewayConfig,
  httpGatewaySection,
  readHttpGatewaySection,
} from './http_gateway_section.ts'
import { buildLimitOptions, readLimits, type TelephonyLimits } from './telephony_limits.ts'
import { readTwilioSection, type TwilioConfig, twilioSection } from './twilio_section.ts'

export const smsSection = {
  name: 'sms',
  meaning: 'Passcodes by SMS',
  options: {
    provider: {
      type: oneOf('off', 'outbox', 'twilio', 'aws', 'http'),
      default: 'off',
      meaning:
        'How messages are delivered; each provider has its own section. `outbox` keeps them in files, for tests',
    },
    sms_batch: {
      type: integer({ min: 1, max: 10 }),
      default: '1',
      meaning: 'Passcodes in one message; a new batch replaces the last one',
    },
    sms_expiration: {
      type: integer({ min: 0, max: 525_600 }),
      default: '10',
      meaning:
        'Minutes after which the passcodes expire; 0 for never, for batches that users carry with them',
    },
    sms_refresh: {
      type: boolean,
      default: 'false',
      meaning: 'Sends a new batch when the last passcode of a batch has been used',
    },
    sms_message: {
      type: text,
      default: '',
      meaning:
        'Text before the name of the application; by default a message reads "Your ORGANISATION passcode for NAME: 1275898"',
    },
    ...buildLimitOptions('Messages', { allPerHour: '1000' }),
  },
} as const satisfies SectionKind

export interface SmsConfig {
  readonly provider:
    | { readonly kind: 'off' }
    | { readonly kind: 'outbox' }
    | { readonly kind: 'twilio'; readonly twilio: TwilioConfig }
    | { readonly kind: 'aws'; readonly aws: AwsConfig }
    | { readonly kind: 'http'; readonly gateway: HttpGatewayConfig }
  /** Passcodes in one message. */
  readonly batch: number
  /** 0 for passcodes that never expire. */
  readonly validMinutes: number
  /** Whether a new batch is sent when the last passcode has been used. */
  readonly refresh: boolean
  /** Text before the application's name. */
  readonly message: string
  readonly limits: TelephonyLimits
}

/** @param folder Relative paths start here. */
export function readSmsSection(config: ConfigFile, folder: string, report: Report): SmsConfig {
  const values = config.only(smsSection)
  return {
    provider: readProvider(config, folder, report),
    batch: values.get('sms_batch'),
    validMinutes: values.get('sms_expiration'),
    refresh: values.get('sms_refresh'),
    message: values.get('sms_message'),
    limits: readLimits(values),
  }
}

function readProvider(config: ConfigFile, folder: string, report: Report): SmsConfig['provider'] {
  const values = config.only(smsSection)
  const provider = values.get('provider')
  const choice = { section: 'sms', provider, line: values.line('provider') }
  switch (provider) {
    case 'off':
    case 'outbox':
      return { kind: provider }
    case 'twilio': {
      const twilio = readTwilioSection(config.only(twilioSection), choice, folder, report)
      if (twilio.from === undefined && twilio.messagingServiceSid === undefined) {
        const message = 'provider=twilio needs from or messaging_service_sid in [twilio]; add one'
        report('error', choice.line, message)
      }
      return { kind: provider, twilio }
    }
    case 'aws':
      return {
        kind: provider,
        aws: readAwsSection(config.only(awsSection), choice, folder, report),
      }
    case 'http': {
      const gateway = config.only(httpGatewaySection)
      return { kind: provider, gateway: readHttpGatewaySection(gateway, choice, folder, report) }
    }
  }
}
