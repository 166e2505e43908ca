export type UserStatus = 'active' | 'bypass' | 'disabled' | 'locked out' | 'pending deletion'

type InvitationState =
  | 'created'
  | 'sent'
  | 'opened'
  | 'finished'
  | 'expired'
  | 'replaced'
  | 'revoked'

export interface Invitation {
  readonly invitation_id: string
  readonly user_id: string
  readonly username: string
  readonly state: InvitationState
  readonly email: string
  readonly created: number
  readonly created_by: string
  readonly sent: number | null
  readonly opened: number | null
  readonly finished: number | null
  readonly expires: number
  readonly reminders: number
}

/** A user as the list and their page show them. Times are in milliseconds since 1970. */
export interface User {
  readonly user_id: string
  readonly username: string
  readonly aliases: readonly string[]
  readonly realname: string
  readonly firstname: string
  readonly lastname: string
  readonly email: string
  readonly notes: string
  readonly status: UserStatus
  readonly bypass: {
    readonly since: number | null
    readonly until: number | null
    readonly by: string | null
  } | null
  readonly trashed: {
    readonly at: number
    readonly by: string
    readonly deleted_after: number
  } | null
  /** Has a device now. */
  readonly enrolled: boolean
  /** When they first had a device. */
  readonly first_enrolled: number | null
  readonly can_sign_in: boolean
  readonly created: number
  readonly last_login: number | null
  readonly phones: number
  readonly push_phones: number
  readonly tokens: number
  readonly invitation: Invitation | null
  readonly lock: {
    readonly failed: number
    readonly limit: number
    readonly until: number | null
    readonly portal_until: number | null
    readonly sources: number
  }
}

export interface UserDevices {
  readonly phones: readonly {
    readonly phone_id: string
    readonly number: string
    readonly name: string
    readonly platform: string
    readonly push: boolean
  }[]
  readonly tokens: readonly {
    readonly token_id: string
    readonly serial: string
    readonly kind: string
    readonly phone_id: string | null
    readonly app_name: string | null
  }[]
  readonly passkeys: readonly {
    readonly credential_id: string
    readonly name: string
    readonly created: number
    readonly used: number | null
  }[]
  readonly bypass_codes: readonly {
    readonly bypass_code_id: string
    readonly kind: 'bypass' | 'recovery'
    readonly created: number
    readonly created_by: string
    readonly uses_left: number | null
    readonly expires: number | null
  }[]
  readonly groups: readonly {
    readonly group_id: string
    readonly name: string
    readonly status: string
  }[]
}

export const statusWords: Readonly<Record<UserStatus, string>> = {
  active: 'Active',
  bypass: 'Bypass',
  disabled: 'Disabled',
  'locked out': 'Locked out',
  'pending deletion': 'In the trash',
}

export const invitationWords: Readonly<Record<InvitationState, string>> = {
  created: 'Link created',
  sent: 'Sent',
  opened: 'Opened',
  finished: 'Enrolled',
  expired: 'Expired',
  replaced: 'Resent',
  revoked: 'Revoked',
}

/** Whether an invitation can be sent again or revoked: it was neither used nor ended. */
export function isOpenInvitation({ state }: Pick<Invitation, 'state'>): boolean {
  return ['created', 'sent', 'opened', 'expired'].includes(state)
}

/** The filters of the list, as the tiles show them. */
export const filterWords = {
  not_enrolled: 'Not enrolled',
  pending: 'Invited',
  inactive: 'Inactive',
  bypass: 'Bypass',
  locked: 'Locked out',
  disabled: 'Disabled',
  trash: 'Trash',
} as const

/** Whether a lock keeps the user out now. */
export function isLocked({ status, lock }: User): boolean {
  return status === 'locked out' || lock.until !== null
}

/** A device by the name that its user knows. */
export function phoneName({ name, number }: { readonly name: string; readonly number: string }) {
  if (name === '') return number === '' ? 'Phone without a number' : number
  return number === '' ? name : `${name} (${number})`
}
