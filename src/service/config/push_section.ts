import type { SectionKind } from '../../config/option.ts'
import type { SectionValues } from '../../config/section_values.ts'
import { boolean, integer, oneOf, text, type ValueType, words } from '../../config/value_type.ts'
import { isMailAddress, mailAddresses } from './mail_address.ts'

/** RFC 8292 §2.1: a `mailto:` or an `https:` URI. */
const contact: ValueType<string> = {
  ...text,
  form: 'mailto: or https:// address',
  parse: (value) =>
    isContact(value)
      ? { value }
      : {
          problem: `is '${value}', which is not a contact address; write mailto:you@example.org or https://…`,
        },
}

export const pushSection = {
  name: 'push',
  meaning: 'How phones are notified, and limits for pushes that the user did not ask for',
  options: {
    fatigue_limit: {
      type: integer({ min: 0, max: 1000 }),
      default: '5',
      meaning:
        'Unanswered or denied pushes of a user before further ones are held back; a successful sign-in resets the count; 0 for no limit',
    },
    fatigue_minutes: {
      type: integer({ min: 1, max: 1440 }),
      default: '10',
      meaning: 'Period in which these pushes are counted',
    },
    fraud: {
      type: oneOf('alert', 'lock'),
      default: 'alert',
      meaning:
        'What happens when a user reports a sign-in as fraud: `alert` sends mail and logs a warning; `lock` also locks the account until an administrator unlocks it',
    },
    fraud_email: {
      type: mailAddresses,
      meaning: 'Mail addresses that are notified of fraud; default: those of all active owners',
    },
    web_push: {
      type: boolean,
      default: 'true',
      meaning:
        "Notifies closed apps through the push services of the browsers' makers, which learn only that and when a request waits; otherwise an app shows a sign-in only when it is opened",
    },
    web_push_contact: {
      type: contact,
      meaning:
        'Address at which push services can reach the operator, such as `mailto:admin@example.com` or `https://mfa.example.com`; some push services refuse names that are not public. Default: public_url, or else the first of host_names',
    },
    private_push_services: {
      type: words,
      meaning: 'Host names of your own push services; only these may have internal addresses',
    },
  },
} as const satisfies SectionKind

export interface PushConfig {
  readonly fatigue: { readonly limit: number; readonly windowMs: number }
  /** Whether a report of fraud locks the account. */
  readonly fraudLocks: boolean
  /** Whether reports of fraud are mailed. */
  readonly fraudMailed: boolean
  /** Whom they are mailed to; if empty, the owners. */
  readonly fraudEmails: readonly string[]
}

export interface WebPushConfig {
  readonly enabled: boolean
  /** `mailto:…` or `https://…` */
  readonly contact: string
  readonly privateServices: readonly string[]
}

type Values = SectionValues<typeof pushSection.options>

const minuteMs = 60_000

export function readPushSection(values: Values): PushConfig {
  return {
    fatigue: {
      limit: values.get('fatigue_limit'),
      windowMs: values.get('fatigue_minutes') * minuteMs,
    },
    fraudLocks: values.get('fraud') === 'lock',
    fraudMailed: true,
    fraudEmails: values.get('fraud_email') ?? [],
  }
}

/** @param defaultContact `https://` address of the service. */
export function readWebPush(values: Values, defaultContact: string): WebPushConfig {
  return {
    enabled: values.get('web_push'),
    contact: values.get('web_push_contact') ?? defaultContact,
    privateServices: values.get('private_push_services') ?? [],
  }
}

function isContact(value: string): boolean {
  if (/^mailto:/.test(value)) return isMailAddress(value.slice('mailto:'.length))
  return /^https:\/\/[^/]/.test(value) && URL.canParse(value)
}
