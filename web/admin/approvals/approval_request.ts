type ApprovalState = 'waiting' | 'done' | 'failed' | 'refused' | 'cancelled' | 'expired'

/** An act that needs a second person. */
export interface ApprovalRequest {
  readonly id: string
  /** Name of the act, such as `admin_create`. */
  readonly kind: string
  /** What would happen. */
  readonly summary: string
  readonly requester: { readonly admin_id: string; readonly email: string }
  readonly state: ApprovalState
  readonly created: number
  readonly expires: number
  readonly decided: number | null
  readonly decided_by: string | null
  /** Why it was refused or failed. */
  readonly reason: string
  /** The administrator who looks at it made the request. */
  readonly own: boolean
  /** A secret waits for the requester, once. */
  readonly has_result: boolean
}

export const stateWords: Readonly<Record<ApprovalState, string>> = {
  waiting: 'Waiting',
  done: 'Approved',
  failed: 'Failed',
  refused: 'Refused',
  cancelled: 'Withdrawn',
  expired: 'Expired',
}

export const stateTones = {
  waiting: 'warning',
  done: 'success',
  failed: 'danger',
  refused: 'danger',
  cancelled: 'neutral',
  expired: 'neutral',
} as const
