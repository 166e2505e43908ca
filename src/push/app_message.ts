/** A sign-in that waits for its user's answer, as the app shows it. */
export interface PendingRequest {
  readonly txid: string
  readonly application: string
  readonly username: string
  /** As the application sent it, unchecked; empty if it sent none. */
  readonly ipaddr: string
  /** The location of the address, such as `Berlin, Germany`; empty if unknown. */
  readonly place: string
  /** As the application sent it, unchecked; empty if it sent none. */
  readonly hostname: string
  /** The kind of request, if it is not a login. */
  readonly type: string
  /** Further details from the application. */
  readonly info: readonly (readonly [string, string])[]
  /** Milliseconds since 1970, as all times here. */
  readonly opened: number
  readonly expires: number
  /** The `txid` of the first request, if a client repeated this sign-in. */
  readonly repeatOf: string | null
  /** `enter`: the user types this many digits into the app. `show`: the user types this code at the login. */
  readonly verification: PendingVerification | null
}

export type PendingVerification =
  | { readonly kind: 'enter'; readonly digits: number }
  | { readonly kind: 'show'; readonly code: string }

export interface PendingRequests {
  readonly requests: readonly PendingRequest[]
  /** The service's clock; absent in a stream. */
  readonly time?: number
}

/** What an activation code is for, before it is used. */
export interface ActivationPreview {
  readonly account: string
  readonly username: string
  /** The name that the phone has already; empty for a new phone. */
  readonly name: string
}

/** The answer to an activation. */
export interface Activated {
  readonly device: string
  readonly username: string
  /** The name of the organisation. */
  readonly account: string
  /** Path of its logo; `null` without one. */
  readonly logo: string | null
  readonly oath: {
    /** Base32. Only this message contains it. */
    readonly secret: string
    readonly digits: number
    readonly stepSecs: number
    readonly algorithm: 'SHA1'
  }
  /** Public key for the browser's subscription; `null` if Web Push is off. */
  readonly vapidPublicKey: string | null
  readonly time: number
}

export interface DeviceDescription {
  readonly device: string
  readonly name: string
  readonly username: string
  /** The name of the organisation. */
  readonly account: string
  /** Path of its logo; `null` without one. */
  readonly logo: string | null
  readonly vapidPublicKey: string | null
  /** Whether the service has a Web Push subscription of the phone. */
  readonly notified: boolean
  /** Whether a report of fraud is mailed to an administrator. */
  readonly fraudMailed: boolean
  readonly time: number
}

/** A past sign-in of the user. */
export interface HistoryEvent {
  readonly time: number
  readonly application: string
  readonly factor: string
  readonly result: 'success' | 'denied' | 'fraud'
  readonly reason: string
  readonly ipaddr: string
  readonly place: string
  readonly hostname: string
}

export interface History {
  readonly events: readonly HistoryEvent[]
}

/** The reply to a refused request. */
export interface RefusedMessage {
  readonly code: string
  readonly message: string
  readonly time: number
}
