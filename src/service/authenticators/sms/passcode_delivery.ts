import type { Clock } from '../../../host/clock.ts'
import { DeliveryError } from '../../messaging/messaging.ts'
import type { Store } from '../../store/store.ts'
import type { Phones } from '../phone/phones.ts'
import { newSmsPasscodes, type SmsPasscodes } from './sms_passcodes.ts'

export interface PasscodeBatch {
  readonly phoneId: string
  readonly userId: string
  /** 1 to 10. */
  readonly count: number
  /** 0 for no expiry. */
  readonly validMinutes: number
  /** Whether a call speaks them. */
  readonly spoken?: boolean | undefined
}

/** Sends batches of new passcodes, and stores those that were sent. */
export class PasscodeDelivery {
  readonly #store: Store
  readonly #passcodes: SmsPasscodes
  readonly #phones: Pick<Phones, 'byId'>
  readonly #clock: Clock

  constructor(store: Store, passcodes: SmsPasscodes, phones: Pick<Phones, 'byId'>, clock: Clock) {
    this.#store = store
    this.#passcodes = passcodes
    this.#phones = phones
    this.#clock = clock
  }

  /**
   * Sends new passcodes. They replace the phone's previous ones only once they are sent, so that users
   * keep those if a limit or the provider prevents the message.
   *
   * @throws what `send` throws. If the provider's answer is missing, the message may arrive, and the new
   *   passcodes are stored.
   */
  async deliver<Sent>(
    { phoneId, userId, count, validMinutes, spoken }: PasscodeBatch,
    send: (passcodes: readonly string[]) => Promise<Sent>,
  ): Promise<Sent> {
    const passcodes = newSmsPasscodes(count)
    const keep = () =>
      this.#store.transaction(async (db) => {
        // the phone may have been removed while the provider was busy
        if ((await this.#phones.byId(phoneId, db)) === undefined) return
        const batch = { passcodes, validMinutes, spoken }
        await this.#passcodes.replace(phoneId, userId, batch, this.#clock.now(), db)
      })
    let sent: Sent
    try {
      sent = await send(passcodes)
    } catch (error) {
      if (error instanceof DeliveryError && error.code === 'DELIVERY_UNANSWERED') await keep()
      throw error
    }
    await keep()
    return sent
  }
}
