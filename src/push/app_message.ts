/** A sign-in that waits for its user, as the app shows it. */
export interface PendingRequest {
  readonly txid: string
  readonly application: string
  readonly username: string
  /** As the client sent them, which may be anything; empty where it sent none. */
  readonly ipaddr: string
  /** Where that is, as `Berlin, Germany`; empty where it is not known. */
  readonly place: string
  readonly hostname: string
  /** What is asked for, where it is not a login. */
  readonly type: string
  /** What the application wants to be shown. */
  readonly info: readonly (readonly [string, string])[]
  /** Milliseconds since 1970, as all moments here. */
  readonly opened: number
  readonly expires: number
  /** The `txid` of the first request, where a client has sent this sign-in again. */
  readonly repeatOf: string | null
  /** `enter`: the digits that are to be typed in; `show`: the code that is to be typed elsewhere. */
  readonly verification: ShownVerification | null
}

export type ShownVerification =
  | { readonly kind: 'enter'; readonly digits: number }
  | { readonly kind: 'show'; readonly code: string }

export interface PendingRequests {
  readonly requests: readonly PendingRequest[]
  /** The clock of the service; a stream does not tell it. */
  readonly time?: number
}

/** What a phone is told once it has been activated. */
export interface Activated {
  readonly device: string
  readonly username: string
  readonly account: string
  readonly oath: {
    /** Base32; told this once. */
    readonly secret: string
    readonly digits: number
    readonly stepSecs: number
    readonly algorithm: 'SHA1'
  }
  /** What the browser binds its subscription to; `null` where Web Push is off. */
  readonly vapidPublicKey: string | null
  readonly time: number
}

export interface DeviceDescription {
  readonly device: string
  readonly name: string
  readonly username: string
  readonly account: string
  readonly vapidPublicKey: string | null
  /** Whether the service has a subscription to wake it by. */
  readonly notified: boolean
  readonly time: number
}

/** One sign-in of the user's as it ended. */
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

/** Why the service has not answered. */
export interface Refused {
  readonly code: string
  readonly message: string
  readonly time: number
}
