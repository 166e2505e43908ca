/** What each permit allows, by the noun that it is about. */
export const permitGroups: readonly {
  readonly title: string
  readonly permits: Readonly<Record<string, string>>
}[] = [
  {
    title: 'Users',
    permits: {
      'users.view': 'See users, their groups and devices',
      'users.create': 'Create, import and delete users',
      'users.edit': 'Edit and lock users',
      'users.unlock': 'Unlock users',
      'users.bypass': 'Let users sign in without a second factor',
      'users.invite': 'Send enrolment links',
      'groups.edit': 'Create, edit and delete groups, and change their members',
    },
  },
  {
    title: 'Devices',
    permits: {
      'devices.edit': 'Add, activate, assign and remove phones and tokens',
      'tokens.import': 'Import hardware tokens',
      'bypass_codes.edit': 'Create and delete bypass codes',
    },
  },
  {
    title: 'Applications and policies',
    permits: {
      'applications.view': 'See applications',
      'applications.edit': 'Protect, edit and delete applications, and see new secret keys',
      'api_applications.edit': 'Manage applications that call the Admin API',
      'policies.view': 'See policies',
      'policies.edit': 'Create, edit and delete policies',
      'policies.assign': 'Assign policies to applications and groups',
    },
  },
  {
    title: 'Reports',
    permits: {
      'logs.view': 'See the dashboard, logs and authentication proxies',
      'lists.export': 'Export lists and logs to a file',
    },
  },
  {
    title: 'Organisation',
    permits: {
      'settings.view': 'See settings',
      'settings.edit': 'Change settings',
      'administrators.view': 'See administrators and roles',
      'administrators.edit': 'Manage administrators and roles',
      'billing.edit': 'Billing',
      'sealing_key.rotate': 'Rotate the key that encrypts secrets',
      'outbox.use': 'In test mode, see the messages and answer the calls of everyone',
    },
  },
]
