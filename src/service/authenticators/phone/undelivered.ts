import { statusMessage } from '../../../duo/index.ts'
import type { DeliveryError } from '../../messaging/messaging.ts'
import type { PhoneFactorStart } from './phone_factor.ts'

/**
 * Settles the transaction of a call or message that was not delivered.
 *
 * @param status_msg Shown unless one of our own limits was the cause.
 */
export function undelivered(
  txid: string,
  { code }: DeliveryError,
  status_msg: string,
): PhoneFactorStart {
  const isLimited = code === 'DELIVERY_LIMIT'
  return {
    kind: 'to settle',
    txid,
    outcome: {
      result: 'deny',
      status: 'deny',
      status_msg: isLimited ? statusMessage.telephonyLimit : status_msg,
    },
    reason: isLimited ? 'telephony_limit' : 'delivery_failed',
  }
}
