import type { PhonePrompt } from '../../messaging/messaging.ts'

/** Makes passcodes, and stores those that were sent; as `sms/passcode_delivery.ts` does. */
export interface PasscodeBatches {
  deliver<Sent>(
    batch: {
      readonly phoneId: string
      readonly userId: string
      readonly count: number
      readonly validMinutes: number
      readonly spoken: boolean
    },
    send: (passcodes: readonly string[]) => Promise<Sent>,
  ): Promise<Sent>
}

/** Independent of `sms_valid_minutes`, which may be long: a spoken passcode is typed at once. */
const validMinutes = 10

/** Passcodes for providers whose calls can't receive a key: the user types what the call speaks. */
export class SpokenPasscodes {
  readonly #batches: PasscodeBatches

  constructor(batches: PasscodeBatches) {
    this.#batches = batches
  }

  /**
   * Makes a passcode, and stores it once `say` has placed the call.
   *
   * @param say Returns the provider's identifier of the call.
   */
  async speak(
    { phoneId, userId }: PhonePrompt,
    say: (passcode: string) => Promise<string>,
  ): Promise<string> {
    const batch = { phoneId, userId, count: 1, validMinutes, spoken: true }
    return await this.#batches.deliver(batch, ([passcode = '']) => say(passcode))
  }
}
