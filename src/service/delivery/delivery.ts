/** Something that a phone is asked, and the transaction that its answer settles. */
export interface Delivered {
  readonly txid: string
  readonly phoneId: string
  /** E.164. */
  readonly number: string
  readonly application: string
  readonly username: string
}

/** Shows a sign-in on a phone, whose answer comes back another way. */
export interface PushPort {
  /** Whether this phone has been activated for it. */
  reaches(phoneId: string): boolean
  send(request: Delivered): Promise<void>
}

/** Calls a number and asks for a key to be pressed. */
export interface PhonePort {
  call(request: Delivered): Promise<void>
}

/** Sends passcodes to a number. */
export interface SmsPort {
  send(request: Delivered): Promise<void>
}

/** The ways to a phone that are configured; a way that is not there is a factor that no phone has. */
export interface Delivery {
  readonly push?: PushPort
  readonly phone?: PhonePort
  readonly sms?: SmsPort
}
