import { isMailAddress } from '../config/mail_address.ts'
import { apiOnlySettings } from './api_only_settings.ts'
import { type Setting, setting } from './setting.ts'
import { boolean, integer, longText, oneOf, text, textOf, timeZone } from './setting_type.ts'
import { telephonySettings } from './telephony_settings.ts'

const minuteMs = 60_000
const maxMailAddresses = 20

/**
 * Every setting of the organisation. Where the Admin API has a setting, the key and the unit are the
 * API's (`/admin/v1/settings`). A default that countersign.cfg can state is in its option table.
 */
export const settingTable = {
  name: setting({
    group: 'organisation',
    type: text(50, { required: true }),
    label: 'Name of the organisation',
    meaning: 'Users see it in the portal, the app, authenticator apps, mails, messages and calls',
    default: { path: 'service.organisation_name', read: (config) => config.organisationName },
  }),
  timezone: setting({
    group: 'organisation',
    type: timeZone,
    label: 'Time zone',
    meaning: 'Times in mails and reports are in this zone',
    default: 'UTC',
  }),
  helpdesk_message: setting({
    group: 'organisation',
    type: longText(200),
    label: 'Help text',
    meaning: 'Says in the portal and in mails where users get help, such as a phone number',
    default: '',
  }),
  email_activity_notification_enabled: setting({
    group: 'mail',
    type: boolean,
    label: 'Mail users about changes to their devices',
    meaning: 'A user learns by mail if another person adds or removes a device of theirs',
    default: true,
    security: true,
  }),
  ...telephonySettings,
  lockout_threshold: setting({
    group: 'lockout',
    type: integer(1, 9999, { unit: 'wrong passcodes' }),
    label: 'Lock after',
    meaning:
      'Wrong passcodes in a row from one address in one application; five times as many from all addresses lock the account. Policies can set another number',
    default: { path: 'lockout.threshold', read: ({ lockout }) => lockout.threshold },
    security: true,
  }),
  lockout_expire_duration: setting({
    group: 'lockout',
    type: integer(1, 1440, { unit: 'minutes' }),
    label: 'Unlock after',
    meaning: 'Length of the first lock; each further lock lasts twice as long, up to a day',
    default: { path: 'lockout.minutes', read: ({ lockout }) => lockout.lockMs / minuteMs },
    security: true,
  }),
  push_fatigue_limit: setting({
    group: 'lockout',
    type: integer(0, 1000, { unit: 'pushes' }),
    label: 'Hold back pushes after',
    meaning:
      'Unanswered or denied pushes of a user before further ones are held back; 0 for no limit. Policies can set another number',
    default: { path: 'push.fatigue_limit', read: ({ push }) => push.fatigue.limit },
    security: true,
  }),
  push_fatigue_minutes: setting({
    group: 'lockout',
    type: integer(1, 1440, { unit: 'minutes' }),
    label: 'Count pushes over',
    meaning: 'Period in which unanswered and denied pushes are counted',
    default: { path: 'push.fatigue_minutes', read: ({ push }) => push.fatigue.windowMs / minuteMs },
    security: true,
  }),
  fraud_action: setting({
    group: 'lockout',
    type: oneOf('alert', 'lock'),
    label: 'When a user reports fraud',
    meaning:
      'The report is mailed and shown on the dashboard; with lock, the account is also locked until an administrator unlocks it',
    default: { path: 'push.fraud', read: ({ push }) => (push.fraudLocks ? 'lock' : 'alert') },
    security: true,
  }),
  fraud_email_enabled: setting({
    group: 'lockout',
    type: boolean,
    label: 'Mail reports of fraud',
    meaning: 'Each report of fraud is mailed to the addresses below, or to all owners',
    default: true,
    security: true,
  }),
  fraud_email: setting({
    group: 'lockout',
    type: textOf(1000, isMailList, 'must be mail addresses, separated by commas'),
    label: 'Recipients of fraud reports',
    meaning: 'Mail addresses, separated by commas; if empty, all active owners',
    default: { path: 'push.fraud_email', read: ({ push }) => push.fraudEmails.join(', ') },
    security: true,
  }),
  minimum_password_length: setting({
    group: 'sessions',
    type: integer(12, 100, { unit: 'characters' }),
    label: 'Shortest password of administrators',
    meaning: 'Checked when a password is set; leaked and guessable passwords are always refused',
    default: 12,
    security: true,
  }),
  admin_session_idle_minutes: setting({
    group: 'sessions',
    type: integer(5, 480, { unit: 'minutes' }),
    label: 'Sign administrators out after inactivity of',
    meaning: 'The Admin Panel asks for password and factor again',
    default: 30,
    security: true,
  }),
  admin_session_hours: setting({
    group: 'sessions',
    type: integer(1, 24, { unit: 'hours' }),
    label: 'Longest session of administrators',
    meaning: 'The Admin Panel asks for password and factor again, however active the session is',
    default: 10,
    security: true,
  }),
  two_person_approval: setting({
    group: 'approvals',
    type: boolean,
    label: 'A second administrator must approve risky acts',
    meaning:
      'Applies to revealing or resetting a secret key, bypass codes, weakening a policy, adding an administrator or an owner, a new link for an administrator, and setting failmode=safe',
    default: false,
    security: true,
  }),
  approval_hours: setting({
    group: 'approvals',
    type: integer(1, 168, { unit: 'hours' }),
    label: 'Requests for approval expire after',
    meaning: 'An act that was not approved in time must be requested again',
    default: 24,
    security: true,
  }),
  admin_exports_per_hour: setting({
    group: 'sessions',
    type: integer(0, 1_000_000),
    label: 'Exports of an administrator per hour',
    meaning: 'Lists that are exported to a file; beyond it, owners get a mail. 0 for no limit',
    default: 20,
    security: true,
  }),
  admin_bypass_codes_per_hour: setting({
    group: 'sessions',
    type: integer(0, 1_000_000),
    label: 'Bypass codes of an administrator per hour',
    meaning: 'Codes that are created; beyond it, owners get a mail. 0 for no limit',
    default: 100,
    security: true,
  }),
  admin_unlocks_per_hour: setting({
    group: 'sessions',
    type: integer(0, 1_000_000),
    label: 'Unlocks of an administrator per hour',
    meaning: 'Users who are unlocked; beyond it, owners get a mail. 0 for no limit',
    default: 200,
    security: true,
  }),
  admin_invitations_per_hour: setting({
    group: 'sessions',
    type: integer(0, 1_000_000),
    label: 'Invitations of an administrator per hour',
    meaning: 'Enrolment links that are sent; beyond it, owners get a mail. 0 for no limit',
    default: 2000,
    security: true,
  }),
  user_managers_can_put_users_in_bypass: setting({
    group: 'users',
    type: boolean,
    label: 'User Managers may set the status bypass',
    meaning: 'Users with this status sign in without a second factor',
    default: true,
    security: true,
  }),
  helpdesk_bypass: setting({
    group: 'users',
    type: oneOf('allow', 'limit', 'deny'),
    label: 'Bypass codes by the Help Desk',
    meaning:
      'Whether that role may create them: allow, limit (only with the lifetime below), or deny',
    default: 'allow',
    security: true,
  }),
  helpdesk_bypass_expiration: setting({
    group: 'users',
    type: integer(5, 10_080, { unit: 'minutes' }),
    label: 'Longest lifetime of a limited bypass code',
    meaning: 'Applies if the Help Desk is limited',
    default: 60,
    security: true,
  }),
  helpdesk_can_send_enroll_email: setting({
    group: 'users',
    type: boolean,
    label: 'The Help Desk may send enrolment links',
    meaning: 'Anyone who opens such a link can add a device for the user',
    default: false,
    security: true,
  }),
  enrolment_link_hours: setting({
    group: 'users',
    type: integer(1, 2160, { unit: 'hours' }),
    label: 'Enrolment links are valid for',
    meaning: 'Lifetime of an invitation unless its sender sets another one',
    default: 72,
  }),
  enrolment_reminders: setting({
    group: 'users',
    type: integer(0, 2, { unit: 'reminders' }),
    label: 'Reminders of an invitation',
    meaning: 'Mails with a new link to users who have not enrolled; 0 for none',
    default: 2,
  }),
  enrolment_first_reminder_days: setting({
    group: 'users',
    type: integer(1, 90, { unit: 'days' }),
    label: 'First reminder after',
    meaning: 'Days from the invitation to the first reminder',
    default: 2,
  }),
  enrolment_second_reminder_days: setting({
    group: 'users',
    type: integer(1, 90, { unit: 'days' }),
    label: 'Second reminder after',
    meaning: 'Days from the invitation to the second reminder',
    default: 10,
  }),
  bypass_hours: setting({
    group: 'users',
    type: integer(1, 2160, { unit: 'hours' }),
    label: 'The status bypass ends after',
    meaning: 'Unless the administrator sets another end, or none; then the user is active again',
    default: 24,
    security: true,
  }),
  inactive_user_expiration: setting({
    group: 'users',
    type: integer(30, 365, { unit: 'days', orZero: true }),
    label: 'Move inactive users to the trash after',
    meaning: 'Days without a sign-in; 0 keeps inactive users',
    default: 0,
  }),
  pending_deletion_days: setting({
    group: 'users',
    type: integer(1, 90, { unit: 'days' }),
    label: 'Keep deleted users in the trash for',
    meaning: 'Until then a user can be restored with all devices',
    default: 7,
  }),
  log_retention_days: setting({
    group: 'logs',
    type: integer(0, 36_500, { unit: 'days' }),
    label: 'Keep log entries for',
    meaning: 'Older entries of all logs are deleted; 0 keeps them forever',
    default: { path: 'logs.keep_days', read: ({ logKeepDays }) => logKeepDays },
    security: true,
  }),
  ...apiOnlySettings,
} as const

export type SettingKey = keyof typeof settingTable

/** The value of a setting, by its key. */
export type SettingOf<Key extends SettingKey> =
  (typeof settingTable)[Key] extends Setting<infer Value> ? Value : never

/** Some settings with their values. */
export type SettingValues = { readonly [Key in SettingKey]?: SettingOf<Key> }

export const settingKeys: readonly SettingKey[] = Object.keys(settingTable).filter(isSettingKey)

export function isSettingKey(name: string): name is SettingKey {
  return Object.hasOwn(settingTable, name)
}

function isMailList(value: string): boolean {
  const addresses = value.split(',').map((address) => address.trim())
  return addresses.length <= maxMailAddresses && addresses.every(isMailAddress)
}
