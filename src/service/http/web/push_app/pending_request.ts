import type { PendingRequest } from '../../../../push/app_message.ts'
import type { Places } from '../../../place/places.ts'
import type { Transaction } from '../../../sign_in/transaction/transaction.ts'

/** A sign-in as the app shows it. */
export function pendingRequest(
  transaction: Transaction,
  places: Pick<Places, 'of'>,
): PendingRequest {
  const { txid, request, verification, opened, expires, repeatOf } = transaction
  const { application, username, displayUsername, ipaddr, hostname } = request
  return {
    txid,
    application,
    username: displayUsername ?? username,
    ipaddr,
    place: places.of(ipaddr),
    hostname,
    type: request.type ?? '',
    info: request.pushinfo ?? [],
    opened,
    expires,
    repeatOf,
    verification: shownVerification(verification),
  }
}

/** The code that the login shows must not come to the phone by any other way than its user. */
function shownVerification(
  verification: Transaction['verification'],
): PendingRequest['verification'] {
  if (verification === undefined) return null
  const { kind, code } = verification
  return kind === 'enter' ? { kind, digits: code.length } : { kind, code }
}
