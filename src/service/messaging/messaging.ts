/** A sign-in that a phone is asked about; its answer settles the transaction. */
export interface PhonePrompt {
  readonly txid: string
  readonly phoneId: string
  readonly userId: string
  /** E.164, or empty. */
  readonly number: string
  readonly application: string
  readonly username: string
  /** As the client sent them; empty where it sent none. */
  readonly ipaddr: string
  readonly hostname: string
  /** When nobody waits for the answer any more, in milliseconds since 1970. */
  readonly expires: number
}

/** What a message or a call is for, as the telephony log tells it. */
export type DeliveryContext = 'authentication' | 'enrollment' | 'administrator'

export interface SmsMessage {
  readonly phoneId: string
  readonly userId: string
  /** E.164. */
  readonly number: string
  readonly text: string
  readonly txid: string | null
  readonly context: DeliveryContext
}

export interface MailMessage {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html?: string
}

/** Wakes the app on a phone that has been activated; what it shows it fetches itself. */
export interface PushPort {
  send(request: PhonePrompt): Promise<void>
}

/**
 * What a call that was placed does for its sign-in: the key pressed on the phone will settle it, or the
 * user now types the passcode that was spoken.
 */
export type PlacedCall = 'waits for a key' | 'passcode spoken'

/** Calls a number. */
export interface PhonePort {
  /** @throws {DeliveryError} */
  call(request: PhonePrompt): Promise<PlacedCall>
}

/** Sends a text to a number. */
export interface SmsPort {
  send(message: SmsMessage): Promise<void>
}

/** Sends a mail. */
export interface MailPort {
  send(message: MailMessage): Promise<void>
}

/** The ways that are configured; a way that is not there is a factor that no phone has. */
export interface Delivery {
  readonly push?: PushPort
  readonly phone?: PhonePort
  readonly sms?: SmsPort
  readonly mail?: MailPort
}

export type DeliveryErrorCode =
  /** A limit of ours on what messages and calls may cost. */
  | 'DELIVERY_LIMIT'
  /** The provider won't: a number that there is not, a region that is not allowed, wrong keys. */
  | 'DELIVERY_REFUSED'
  /** The provider can't be asked, or can't send now: nothing was sent. */
  | 'DELIVERY_UNREACHABLE'
  /** The provider was asked and has not said what came of it: it may have been sent all the same. */
  | 'DELIVERY_UNANSWERED'

/** Thrown by every port where nobody says that it was sent; the message says why and what to do. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError'
  readonly code: DeliveryErrorCode

  constructor(code: DeliveryErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
