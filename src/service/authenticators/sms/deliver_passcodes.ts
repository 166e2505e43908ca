import type { Clock } from '../../../host/clock.ts'
import { DeliveryError } from '../../messaging/messaging.ts'
import type { Store } from '../../store/store.ts'
import type { Phones } from '../phone/phones.ts'
import { newSmsPasscodes, type SmsPasscodes } from './sms_passcodes.ts'

export interface PasscodeDeliveryParts {
  readonly store: Store
  readonly smsPasscodes: SmsPasscodes
  readonly phones: Pick<Phones, 'byId'>
  readonly clock: Clock
}

export interface PasscodeBatch {
  readonly phoneId: string
  readonly userId: string
  /** 1 to 10. */
  readonly count: number
  /** 0 for never ending. */
  readonly validMinutes: number
}

/**
 * Sends new passcodes, which take the place of the phone's last ones only now that they are on their
 * way: whoever is held back by a limit, or by a provider that won't, keeps what he has.
 *
 * @throws what `send` throws. Where a provider has not said what came of it, the message may arrive,
 *   and the new ones count.
 */
export async function deliverPasscodes<Sent>(
  parts: PasscodeDeliveryParts,
  { phoneId, userId, count, validMinutes }: PasscodeBatch,
  send: (passcodes: readonly string[]) => Promise<Sent>,
): Promise<Sent> {
  const { store, smsPasscodes, phones, clock } = parts
  const passcodes = newSmsPasscodes(count)
  const keep = () =>
    store.transaction(async (db) => {
      // it may have been removed while the provider took its time
      if ((await phones.byId(phoneId, db)) === undefined) return
      await smsPasscodes.replace(phoneId, userId, { passcodes, validMinutes }, clock.now(), db)
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
