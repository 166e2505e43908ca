import { useView } from '../parts/view.ts'

export interface Role {
  /** `null` for built-in ones. */
  readonly role_id: string | null
  readonly name: string
  readonly built_in: boolean
  readonly permits: readonly string[]
}

interface Roles {
  /** Built-in ones first. */
  readonly items: readonly Role[]
  /** Every permit that a role can have. */
  readonly permits: readonly string[]
}

const purposes: Readonly<Record<string, string>> = {
  Owner: 'Everything, with administrators, roles and the Admin API',
  Administrator: 'Everything but administrators and the Admin API',
  'Application Manager': 'Applications, and which policies they have',
  'Integration Manager': 'Applications only',
  'User Manager': 'Users, groups, devices and bypass codes',
  'Security Analyst': 'Reads everything, and exports lists',
  'Help Desk': 'Helps users with their devices and bypass codes',
  Billing: 'Billing only',
  'Phishing Manager': 'No page of this panel',
  'Read-only': 'Reads everything, and changes nothing',
}

export function useRoles() {
  return useView<Roles>('roles')
}

/** What a role is for, in a few words. */
export function rolePurpose({ name, permits }: Role): string {
  return purposes[name] ?? `${permits.length} ${permits.length === 1 ? 'permit' : 'permits'}`
}
