/** The built-in roles of administrators, as the Admin API names them. */
export const roleNames = [
  'Owner',
  'Administrator',
  'Application Manager',
  'Integration Manager',
  'User Manager',
  'Security Analyst',
  'Help Desk',
  'Billing',
  'Phishing Manager',
  'Read-only',
] as const
export type RoleName = (typeof roleNames)[number]

/**
 * The table of permits and the built-in roles that have them. The Owner has every permit, so the rows
 * leave it out.
 */
const table = {
  /** Administrators, their roles and administrative units. */
  'administrators.edit': [],
  'administrators.view': ['Administrator', 'Read-only'],
  /** Applications that call the Admin API. */
  'api_applications.edit': [],
  'sealing_key.rotate': [],
  'billing.edit': ['Billing'],
  'settings.edit': ['Administrator'],
  'settings.view': [
    'Administrator',
    'Application Manager',
    'User Manager',
    'Security Analyst',
    'Help Desk',
    'Read-only',
  ],
  'policies.edit': ['Administrator'],
  'policies.assign': ['Administrator', 'Application Manager'],
  'policies.view': ['Administrator', 'Application Manager', 'Security Analyst', 'Read-only'],
  'applications.edit': ['Administrator', 'Application Manager', 'Integration Manager'],
  'applications.view': [
    'Administrator',
    'Application Manager',
    'Integration Manager',
    'Security Analyst',
    'Read-only',
  ],
  /** Create, import and delete users. */
  'users.create': ['Administrator', 'User Manager'],
  'users.edit': ['Administrator', 'User Manager', 'Help Desk'],
  'users.unlock': ['Administrator', 'User Manager', 'Help Desk'],
  /** Let users sign in without a second factor, by their status or by that of a group. */
  'users.bypass': ['Administrator', 'User Manager'],
  /** Send enrolment links. */
  'users.invite': ['Administrator', 'User Manager'],
  'users.view': [
    'Administrator',
    'Application Manager',
    'User Manager',
    'Security Analyst',
    'Help Desk',
    'Read-only',
  ],
  'groups.edit': ['Administrator', 'User Manager'],
  /** Add, activate, assign and remove phones and tokens. */
  'devices.edit': ['Administrator', 'User Manager', 'Help Desk'],
  'tokens.import': ['Administrator', 'User Manager', 'Help Desk'],
  'bypass_codes.edit': ['Administrator', 'User Manager', 'Help Desk'],
  'logs.view': [
    'Administrator',
    'Application Manager',
    'User Manager',
    'Security Analyst',
    'Help Desk',
    'Read-only',
  ],
  /** In test mode, see the messages and answer the calls of everyone. */
  'outbox.use': [],
  /** Export lists to a file. */
  'lists.export': ['Administrator', 'User Manager', 'Security Analyst'],
} as const satisfies Readonly<Record<string, readonly RoleName[]>>

/** A permission that an act or a view requires. */
export type Permit = keyof typeof table

/** A named set of permits: a built-in role, or a custom one. */
export interface Role {
  readonly name: string
  readonly permits: ReadonlySet<Permit>
}

const rows: readonly (readonly [string, readonly RoleName[]])[] = Object.entries(table)

/** Every permit, in the order of the table. */
export const permits: readonly Permit[] = rows.map(([permit]) => permit).filter(isPermit)

/** @returns A role with the permits of the table. */
export function builtInRole(name: RoleName): Role {
  const granted = rows.filter(([, roles]) => name === 'Owner' || roles.includes(name))
  return { name, permits: new Set(granted.map(([permit]) => permit).filter(isPermit)) }
}

/** @returns A role of exactly these permits. */
export function customRole(name: string, granted: Iterable<Permit>): Role {
  return { name, permits: new Set(granted) }
}

/** Whether a text from a request or the database names a built-in role. */
export function isRoleName(text: string): text is RoleName {
  return roleNames.some((name) => name === text)
}

/** Whether a text from a request or the database names a permit. */
export function isPermit(text: string): text is Permit {
  return Object.hasOwn(table, text)
}
