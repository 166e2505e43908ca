import type { Phone } from '../directory/phones.ts'

/** A second factor that a phone of the user's is asked for. */
export interface DeviceFactor {
  readonly name: 'push' | 'phone' | 'sms'
  /** Whether this phone can be asked, with what is set up here. */
  offers(phone: Phone): boolean
  begin(attempt: DeviceAttempt): Promise<Begun>
}

export interface DeviceAttempt {
  readonly txid: string
  readonly phone: Phone
  /** The name to show. */
  readonly username: string
  readonly application: string
  readonly ipaddr: string
  readonly info: readonly (readonly [name: string, value: string])[]
}

/** How it stands once it has begun: all but `sent` wait for the user. */
export type Begun = 'pushed' | 'push_failed' | 'calling' | 'sent'
