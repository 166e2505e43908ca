/** Sends texts to a number. */
export interface SmsDelivery {
  /** Sends the phone a new batch of passcodes. */
  sendPasscodes(to: { readonly phoneId: string; readonly number: string }): Promise<void>
}
