import type { FactorKind } from '../session.ts'

export type AdministratorStatus = 'active' | 'disabled' | 'pending_activation'

export interface Administrator {
  readonly admin_id: string
  readonly email: string
  readonly name: string
  readonly phone: string
  readonly role: string
  readonly status: AdministratorStatus
  readonly factors: readonly FactorKind[]
  /** When their open link expires; `null` without one. */
  readonly link_expires: number | null
  readonly created: number
  readonly last_login: number | null
}

export interface Factor {
  readonly factor_id: string
  readonly kind: FactorKind
  readonly name: string
  readonly created: number
  readonly used: number | null
  /** Not for a phone whose app was activated again, or that belongs to another user now. */
  readonly usable: boolean
}

export interface AdminSession {
  readonly session_id: string
  /** Browser and system, as in `Firefox on Linux`. */
  readonly browser: string
  readonly addresses: readonly string[]
  readonly created: number
  readonly seen: number
  readonly expires: number
  /** Only in one's own profile. */
  readonly current?: boolean
}

export type SessionEndReason =
  | 'signed_out'
  | 'ended'
  | 'expired'
  | 'password_changed'
  | 'reset'
  | 'account_changed'
  | 'other_browser'
  | 'limit'
  | 'replaced'

export interface EndedSession {
  readonly session_id: string
  readonly browser: string
  readonly addresses: readonly string[]
  readonly ended: number
  readonly reason: SessionEndReason
  /** Empty if nobody ended it. */
  readonly ended_by: string
}

export interface AdministratorDetails extends Administrator {
  readonly factor_list: readonly Factor[]
  readonly sessions: readonly AdminSession[]
  readonly ended_sessions: readonly EndedSession[]
}

/** A one-time link that was made; `link` is `null` if it was mailed. */
export interface DeliveredLink {
  readonly administrator: Administrator
  readonly mailed: boolean
  readonly link: string | null
  readonly expires: number
}

export const statusWords: Readonly<Record<AdministratorStatus, string>> = {
  active: 'Active',
  disabled: 'Disabled',
  pending_activation: 'Invited',
}

export const factorWords: Readonly<Record<FactorKind, string>> = {
  passkey: 'Passkey',
  push: 'Push to the app',
  totp: 'Authenticator app',
}
