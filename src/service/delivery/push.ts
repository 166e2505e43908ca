/** What a phone is asked. */
export interface PushRequest {
  readonly txid: string
  readonly phoneId: string
  readonly username: string
  readonly application: string
  readonly ipaddr: string
  /** What the application shows beside: names and values. */
  readonly info: readonly (readonly [name: string, value: string])[]
}

/** Wakes a phone's app. */
export interface PushDelivery {
  /** Whether the phone has an app that can be asked. */
  reaches(phoneId: string): boolean
  /** @returns Whether it was handed on; a phone can also fetch its requests by itself. */
  push(request: PushRequest): Promise<boolean>
}
