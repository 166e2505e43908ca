/**
 * The groups of settings and their titles, in the order of the Settings page; the settings of `api` have
 * no effect and are not shown there.
 */
export const settingGroups = {
  organisation: 'Organisation',
  mail: 'Mail',
  telephony: 'Messages and calls',
  users: 'Users',
  lockout: 'Lockout and fraud',
  sessions: 'Administrators',
  approvals: 'Approvals',
  logs: 'Logs',
  api: 'Settings without an effect',
} as const
export type SettingGroup = keyof typeof settingGroups
