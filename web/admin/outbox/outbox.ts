interface Kept {
  readonly id: string
  /** In milliseconds since 1970. */
  readonly at: number
  readonly to: string
  readonly text: string
}

export interface Message extends Kept {
  readonly kind: 'sms'
}

export interface Mail extends Kept {
  readonly kind: 'mail'
  readonly subject: string
}

export interface Call extends Kept {
  readonly kind: 'phone'
  readonly confirm_keys: string
  readonly fraud_key: string | null
  readonly expires: number
  /** `null` once the service has deleted the sign-in. */
  readonly outcome: {
    readonly result: 'allow' | 'deny' | 'waiting'
    readonly status: string
    readonly status_msg: string
  } | null
}

export type Entry = Message | Mail | Call
