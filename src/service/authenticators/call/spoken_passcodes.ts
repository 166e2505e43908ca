import { statusMessage } from '../../../duo/index.ts'
import type { PhonePrompt } from '../../messaging/messaging.ts'
import type { Outcome } from '../../sign_in/transaction/transaction.ts'
import { deliverPasscodes, type PasscodeDeliveryParts } from '../sms/deliver_passcodes.ts'

/** A spoken passcode is for now, whatever holds for those in messages. */
const validMinutes = 10

const spoken: Outcome = {
  result: 'deny',
  status: 'sent',
  status_msg: statusMessage.passcodeSpoken,
}

export interface SpokenPasscodesParts extends PasscodeDeliveryParts {
  /** Settles a sign-in: known later than this is. */
  settle(txid: string, outcome: Outcome, reason: string): Promise<boolean>
}

/** Calls that can hear no key: they speak a passcode, and the sign-in begins anew with it. */
export class SpokenPasscodes {
  readonly #parts: SpokenPasscodesParts

  constructor(parts: SpokenPasscodesParts) {
    this.#parts = parts
  }

  /** @param say Has a passcode spoken, and returns what the provider calls it. */
  async speak(
    { phoneId, userId }: PhonePrompt,
    say: (passcode: string) => Promise<string>,
  ): Promise<string> {
    const batch = { phoneId, userId, count: 1, validMinutes }
    return await deliverPasscodes(this.#parts, batch, ([passcode = '']) => say(passcode))
  }

  async done({ txid }: PhonePrompt): Promise<void> {
    await this.#parts.settle(txid, spoken, 'passcode_spoken')
  }
}
