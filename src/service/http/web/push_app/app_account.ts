/** The service as the app shows it. */
export interface AppAccount {
  /** The name of the organisation as of now. */
  readonly name: string
  /** Path of its logo as of now; `null` without one. */
  readonly logo: string | null
  /** Public key for Web Push (RFC 8292); `undefined` if Web Push is off. */
  readonly vapidPublicKey: string | undefined
}
