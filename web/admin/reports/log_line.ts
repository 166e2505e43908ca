/** A sign-in as the service logged it. Times are in milliseconds since 1970. */
export interface SignIn {
  readonly id: number
  readonly timestamp: number
  readonly result: 'success' | 'denied' | 'fraud'
  readonly reason: string
  readonly username: string
  readonly user_id: string | null
  readonly application: string
  readonly ikey: string
  readonly factor: string
  readonly device: string
  readonly address: string
  readonly hostname: string
  readonly decided_by: string
  readonly policy_key: string
  readonly txid: string | null
  readonly repeat_of: string | null
}

export interface Change {
  readonly id: number
  readonly timestamp: number
  readonly actor: string
  readonly address: string
  readonly action: string
  readonly object: string
  readonly object_kind: string
  readonly object_id: string
  readonly user_id: string | null
  readonly description: string
  readonly changes: Readonly<Record<string, { readonly before: unknown; readonly after: unknown }>>
}

export interface Message {
  readonly id: number
  readonly timestamp: number
  readonly type: 'sms' | 'phone'
  readonly context: string
  readonly number: string
  readonly user_id: string | null
  readonly provider: string
  readonly result: string
  readonly detail: string
}

export const resultWords = { success: 'Success', denied: 'Denied', fraud: 'Fraud' } as const
export const resultTones = { success: 'success', denied: 'warning', fraud: 'danger' } as const

/** `invalid_passcode` as `invalid passcode`. */
export function readable(name: string): string {
  return name.replaceAll('_', ' ')
}
