import { statusMessage } from '../../duo/index.ts'
import type { Clock } from '../../host/clock.ts'
import type { Delivered } from '../delivery/delivery.ts'
import type { SmsPasscodes } from '../directory/sms_passcodes.ts'
import type { Store } from '../store/store.ts'
import type { Outcome } from '../transaction/transaction.ts'

/** A spoken passcode is for now, whatever holds for those in messages. */
const validMinutes = 10

const spoken: Outcome = {
  result: 'deny',
  status: 'sent',
  status_msg: statusMessage.passcodeSpoken,
}

export interface SpokenPasscodesParts {
  readonly store: Store
  readonly smsPasscodes: SmsPasscodes
  /** Settles a sign-in: known later than this is. */
  settle(txid: string, outcome: Outcome, reason: string): Promise<boolean>
  readonly clock: Clock
}

/** Calls that can hear no key: they speak a passcode, and the sign-in begins anew with it. */
export class SpokenPasscodes {
  readonly #parts: SpokenPasscodesParts

  constructor(parts: SpokenPasscodesParts) {
    this.#parts = parts
  }

  async issue({ phoneId, userId }: Delivered): Promise<string> {
    const { store, smsPasscodes, clock } = this.#parts
    const [passcode = ''] = await store.transaction((db) =>
      smsPasscodes.issue(phoneId, userId, { count: 1, validMinutes }, clock.now(), db),
    )
    return passcode
  }

  async done({ txid }: Delivered): Promise<void> {
    await this.#parts.settle(txid, spoken, 'passcode_spoken')
  }
}
