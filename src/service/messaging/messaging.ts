/** The organisation, as messages, calls and mails name it. Its name can change at any time. */
export interface SenderName {
  readonly name: string
}

/** A request to a phone to confirm a sign-in. The answer settles the transaction. */
export interface PhonePrompt {
  readonly txid: string
  readonly phoneId: string
  readonly userId: string
  /** E.164, or empty. */
  readonly number: string
  readonly application: string
  readonly username: string
  /** As sent by the client; empty if absent. */
  readonly ipaddr: string
  readonly hostname: string
  /** When the sign-in times out, in milliseconds since 1970. */
  readonly expires: number
}

/** The purpose of a message or call, as in the telephony log. */
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

/** Wakes the app on an activated phone. The app then fetches the request itself. */
export interface PushPort {
  send(request: PhonePrompt): Promise<void>
}

/**
 * How a call completes its sign-in: by a key pressed on the phone, or by the spoken passcode, which the
 * user then types.
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

/** The configured ports. Without a port, no phone has the corresponding factor. */
export interface Delivery {
  readonly push?: PushPort
  readonly phone?: PhonePort
  readonly sms?: SmsPort
  readonly mail?: MailPort
}

export type DeliveryErrorCode =
  /** One of our own cost limits. */
  | 'DELIVERY_LIMIT'
  /** The provider refused: unknown number, region not allowed, wrong keys. */
  | 'DELIVERY_REFUSED'
  /** The provider can't be reached or can't send now; nothing was sent. */
  | 'DELIVERY_UNREACHABLE'
  /** The provider received the request but did not respond; the message may have been sent. */
  | 'DELIVERY_UNANSWERED'

/** Thrown by every port if sending is not confirmed. The message says why and what to do. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError'
  readonly code: DeliveryErrorCode

  constructor(code: DeliveryErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
