/** A sign-in that waits for its user, as the app shows it. */
export interface PendingRequest {
  readonly txid: string
  readonly application: string
  readonly username: string
  /** As the client sent them, unchecked; empty if it sent none. */
  readonly ipaddr: string
  /** The place of the address, such as `Berlin, Germany`; empty if unknown. */
  readonly place: string
  readonly hostname: string
  /** What is being approved, if it is not a login. */
  readonly type: string
  /** Further details from the application. */
  readonly info: readonly (readonly [string, string])[]
  /** Milliseconds since 1970, as all times here. */
  readonly opened: number
  readonly expires: number
  /** The `txid` of the first request, if a client repeated this sign-in. */
  readonly repeatOf: string | null
  /** `enter`: how many digits the user types into the app; `show`: the code that the user types at the login. */
  readonly verification: ShownVerification | null
}

export type ShownVerification =
  | { readonly kind: 'enter'; readonly digits: number }
  | { readonly kind: 'show'; readonly code: string }

export interface PendingRequests {
  readonly requests: readonly PendingRequest[]
  /** The service's clock; absent in a stream. */
  readonly time?: number
}

/** The answer to an activation. */
export interface Activated {
  readonly device: string
  readonly username: string
  readonly account: string
  readonly oath: {
    /** Base32; sent only this once. */
    readonly secret: string
    readonly digits: number
    readonly stepSecs: number
    readonly algorithm: 'SHA1'
  }
  /** The key that the browser binds its subscription to; `null` if Web Push is off. */
  readonly vapidPublicKey: string | null
  readonly time: number
}

export interface DeviceDescription {
  readonly device: string
  readonly name: string
  readonly username: string
  readonly account: string
  readonly vapidPublicKey: string | null
  /** Whether the service has a subscription to wake the phone. */
  readonly notified: boolean
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

/** Why the service rejected a request. */
export interface Refused {
  readonly code: string
  readonly message: string
  readonly time: number
}
