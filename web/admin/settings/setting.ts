import { useView } from '../parts/view.ts'

export type SettingValue = string | number | boolean

/** A setting, as `GET settings` answers it. */
export interface Setting {
  readonly key: string
  readonly group: string
  readonly label: string
  /** One sentence without a full stop. */
  readonly meaning: string
  readonly value: SettingValue
  readonly default: SettingValue
  readonly source: 'file' | 'stored' | 'default'
  /** The line of countersign.cfg that sets it. */
  readonly fixed_by: string | null
  readonly input: 'number' | 'switch' | 'text' | 'long_text' | 'choice' | 'time_zone'
  readonly max_length?: number
  readonly choices?: readonly string[]
  readonly unit?: string
}

export interface SettingsAnswer {
  readonly items: readonly Setting[]
  readonly logo: { readonly url: string | null; readonly fixed_by: string | null }
  readonly providers: { readonly mail: string; readonly sms: string; readonly phone: string }
}

export const useSettings = () => useView<SettingsAnswer>('settings')

/** The pages of the settings, in order: a group of settings each. */
export const settingGroups = [
  { group: 'organisation', label: 'Organisation', keywords: 'name logo time zone help' },
  { group: 'mail', label: 'Mail', keywords: 'smtp notices test' },
  { group: 'telephony', label: 'Messages and calls', keywords: 'sms phone telephony limits' },
  {
    group: 'users',
    label: 'Users',
    keywords: 'enrolment bypass inactive trash help desk reminders',
  },
  { group: 'lockout', label: 'Lockout and fraud', keywords: 'lock push fatigue' },
  { group: 'sessions', label: 'Administrators', keywords: 'session password hourly limits export' },
  { group: 'approvals', label: 'Approvals', keywords: 'two persons four eyes' },
  { group: 'logs', label: 'Logs', keywords: 'retention keep' },
] as const

/** Values and the words that a choice shows for them. */
const choiceWords: Readonly<Record<string, string>> = {
  alert: 'Alert administrators',
  lock: 'Alert administrators and lock the user',
  allow: 'Allow',
  limit: 'Allow, with a limited lifetime',
  deny: 'Do not allow',
  en: 'English',
  de: 'German',
  fr: 'French',
  es: 'Spanish',
  it: 'Italian',
  nl: 'Dutch',
  pt: 'Portuguese',
  pl: 'Polish',
}

export function choiceLabel(choice: string): string {
  return choiceWords[choice] ?? choice
}

/** A value as the page writes it. */
export function valueText({ unit }: Setting, value: SettingValue): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (value === '') return 'empty'
  if (typeof value === 'string') return choiceLabel(value)
  return unit === undefined ? value.toLocaleString() : `${value.toLocaleString()} ${unit}`
}
