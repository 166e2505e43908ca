/** What the app learns of the service that it is activated with. */
export interface AppAccount {
  /** The app's name for the account. */
  readonly name: string
  /** Public key of our pushes (RFC 8292); `undefined` if Web Push is off. */
  readonly vapidPublicKey: string | undefined
}
