/** The service as the app shows it. */
export interface AppAccount {
  /** The app's name for the account. */
  readonly name: string
  /** Public key for Web Push (RFC 8292); `undefined` if Web Push is off. */
  readonly vapidPublicKey: string | undefined
}
