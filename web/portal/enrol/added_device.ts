/** A device that was just added. */
export interface AddedDevice {
  readonly id: string
  readonly kind: 'phone' | 'app'
  /** Its name in the app, or empty. */
  readonly name: string
}
