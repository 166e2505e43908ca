import type { Sections } from './policy.ts'

/** A value of an enforced section, with the control that changes it. */
export type Field = {
  /** Keys below the section. */
  readonly path: readonly string[]
  readonly label: string
  readonly description?: string
} & (
  | {
      readonly kind: 'choice'
      readonly options: Readonly<Record<string, string>>
      readonly byDefault: string
    }
  | { readonly kind: 'switch'; readonly byDefault: boolean }
  | { readonly kind: 'methods' | 'networks' | 'hours' }
  | { readonly kind: 'time zone' }
  | {
      readonly kind: 'number'
      readonly min: number
      readonly max: number
      readonly byDefault: string
    }
)

/** Methods that this service has, as the policy JSON names them. */
export const methodWords: Readonly<Record<string, string>> = {
  'duo-push': 'Push',
  phonecall: 'Phone call',
  sms: 'SMS passcode',
  'duo-passcode': 'Passcode of the app',
  'hardware-token': 'Token or authenticator app',
  bypass: 'Bypass or recovery code',
  'webauthn-platform': 'Passkey of a device',
  'webauthn-roaming': 'Passkey of a security key',
}

export interface Hours {
  readonly days: readonly string[]
  readonly from: string
  readonly to: string
}

export const weekdays: Readonly<Record<string, string>> = {
  mon: 'Mon',
  tue: 'Tue',
  wed: 'Wed',
  thu: 'Thu',
  fri: 'Fri',
  sat: 'Sat',
  sun: 'Sun',
}

const enrolOptions = {
  enroll: 'Must enrol first',
  'no-mfa': 'Get in without a second factor',
  deny: 'Are denied',
}
const ofSettings = 'as in the settings'

/** The controls of each enforced section, in the order of the form. */
export const sectionFields: Readonly<Record<string, readonly Field[]>> = {
  new_user: [
    {
      kind: 'choice',
      path: ['new_user_behavior'],
      label: 'Names that no user has',
      options: enrolOptions,
      byDefault: 'enroll',
    },
  ],
  authentication_policy: [
    {
      kind: 'choice',
      path: ['user_auth_behavior'],
      label: 'Users',
      options: {
        enforce: 'Need a second factor',
        bypass: 'Get in without a second factor',
        deny: 'Are denied',
      },
      byDefault: 'enforce',
    },
  ],
  authentication_methods: [
    {
      kind: 'methods',
      path: ['blocked_auth_list'],
      label: 'Blocked methods',
      description: 'Every other method is allowed.',
    },
    {
      kind: 'switch',
      path: ['require_verified_push'],
      label: 'A push asks for a code',
      description: 'The sign-in shows a code that the user types in the app.',
      byDefault: false,
    },
    {
      kind: 'number',
      path: ['verified_push_digits'],
      label: 'Digits of the code',
      min: 3,
      max: 8,
      byDefault: '3',
    },
  ],
  authorized_networks: [
    {
      kind: 'networks',
      path: ['blocked', 'ip_list'],
      label: 'Denied networks',
      description: 'Like 192.0.2.1, 192.0.2.0/24 or 192.0.2.10-192.0.2.20. Press Enter after each.',
    },
    {
      kind: 'networks',
      path: ['mfa_required', 'ip_list'],
      label: 'Networks that always need a second factor',
    },
    {
      kind: 'networks',
      path: ['no_2fa_required', 'ip_list'],
      label: 'Networks without a second factor',
      description: 'Only if users can’t choose the address that the application sends.',
    },
    {
      kind: 'switch',
      path: ['no_2fa_required', 'require_enrollment'],
      label: 'Without a second factor only for enrolled users',
      byDefault: true,
    },
    {
      kind: 'switch',
      path: ['deny_other_access'],
      label: 'Deny every other network',
      description: 'Also sign-ins of applications that send no address.',
      byDefault: false,
    },
  ],
  user_without_device: [
    {
      kind: 'choice',
      path: ['behavior'],
      label: 'Users without a device',
      options: { 'as-new-user': 'Are treated as new users', ...enrolOptions },
      byDefault: 'as-new-user',
    },
  ],
  access_hours: [
    {
      kind: 'hours',
      path: ['allowed'],
      label: 'Allowed hours',
      description: 'Without any, sign-ins are allowed at any time.',
    },
    { kind: 'time zone', path: ['time_zone'], label: 'Time zone' },
  ],
  lockout: [
    {
      kind: 'number',
      path: ['threshold'],
      label: 'Wrong passcodes that lock a user',
      min: 1,
      max: 9999,
      byDefault: ofSettings,
    },
    {
      kind: 'number',
      path: ['minutes'],
      label: 'Minutes until the user is unlocked',
      min: 1,
      max: 1440,
      byDefault: ofSettings,
    },
  ],
  push_fatigue: [
    {
      kind: 'number',
      path: ['limit'],
      label: 'Unapproved pushes',
      description: '0 for no limit.',
      min: 0,
      max: 100,
      byDefault: ofSettings,
    },
    {
      kind: 'number',
      path: ['minutes'],
      label: 'Minutes in which they are counted',
      min: 1,
      max: 1440,
      byDefault: ofSettings,
    },
  ],
}

/** The value at a path of a section. */
export function valueAt(section: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), section)
}

/** A section with another value at a path; `undefined` removes it. */
export function withValue(
  section: Sections,
  [key = '', ...rest]: readonly string[],
  value: unknown,
): Sections {
  if (rest.length > 0) {
    const inner = section[key]
    return { ...section, [key]: withValue(isObject(inner) ? inner : {}, rest, value) }
  }
  if (value !== undefined) return { ...section, [key]: value }
  return Object.fromEntries(Object.entries(section).filter(([name]) => name !== key))
}

/** A value of a field in words; `undefined` is the default. */
export function valueWords(field: Field, value: unknown): string {
  switch (field.kind) {
    case 'choice': {
      const chosen = typeof value === 'string' ? value : field.byDefault
      return field.options[chosen] ?? chosen
    }
    case 'switch':
      return (value ?? field.byDefault) === true ? 'Yes' : 'No'
    case 'methods':
      return texts(value)
        .map((method) => methodWords[method] ?? method)
        .join(', ')
    case 'networks':
      return texts(value).join(', ')
    case 'hours': {
      const hours = readHours(value)
      return hours.length === 0 ? 'Any time' : hours.map(hoursWords).join('; ')
    }
    case 'time zone':
      return typeof value === 'string' ? value : 'UTC'
    case 'number':
      return value === undefined ? field.byDefault : String(value)
  }
}

export function readHours(value: unknown): readonly Hours[] {
  if (!Array.isArray(value)) return []
  return value.filter(isObject).map(({ days, from, to }) => ({
    days: days === undefined ? Object.keys(weekdays) : texts(days),
    from: String(from ?? ''),
    to: String(to ?? ''),
  }))
}

function hoursWords({ days, from, to }: Hours): string {
  const all = Object.keys(weekdays).every((day) => days.includes(day))
  return `${all ? 'Every day' : days.map((day) => weekdays[day] ?? day).join(', ')} ${from}–${to}`
}

/** A list, or a comma-separated text as some clients write it. */
export function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(',').map((text) => text.trim())
  return Array.isArray(value) ? value.map(String) : []
}

export function isObject(value: unknown): value is Sections {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
