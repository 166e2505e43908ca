/** A device that was just added. */
export interface AddedDevice {
  readonly id: string
  /** Its name in the app, or empty. */
  readonly name: string
}
