import type { PhonePrompt } from '../../messaging/messaging.ts'
import { deliverPasscodes, type PasscodeDeliveryParts } from '../sms/deliver_passcodes.ts'

/** Does not follow `valid_minutes`, which is for passcodes in messages: a spoken one is typed at once. */
const validMinutes = 10

/** Passcodes for providers whose calls can't receive a key: the user types what the call speaks. */
export class SpokenPasscodes {
  readonly #parts: PasscodeDeliveryParts

  constructor(parts: PasscodeDeliveryParts) {
    this.#parts = parts
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
    const batch = { phoneId, userId, count: 1, validMinutes }
    return await deliverPasscodes(this.#parts, batch, ([passcode = '']) => say(passcode))
  }
}
