import type { Transaction } from '../../transaction/transactions.ts'

/** A sign-in as the app shows it. */
export interface PendingRequest {
  readonly txid: string
  readonly application: string
  readonly username: string
  readonly ipaddr: string
  readonly hostname: string
  /** What is asked for, where it is not a login. */
  readonly type: string
  readonly info: readonly (readonly [string, string])[]
  readonly opened: number
  readonly expires: number
  /** `enter`: the digits that are to be typed in; `show`: the code that is to be typed elsewhere. */
  readonly verification:
    | { readonly kind: 'enter'; readonly digits: number }
    | { readonly kind: 'show'; readonly code: string }
    | null
}

export function pendingRequest(transaction: Transaction): PendingRequest {
  const { txid, request, verification, opened, expires } = transaction
  const { application, username, displayUsername, ipaddr, hostname } = request
  return {
    txid,
    application,
    username: displayUsername ?? username,
    ipaddr,
    hostname,
    type: request.type ?? '',
    info: request.pushinfo ?? [],
    opened,
    expires,
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
