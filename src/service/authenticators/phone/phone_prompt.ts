import type { PhonePrompt } from '../../messaging/messaging.ts'
import type { Attempt } from '../../sign_in/transaction/attempt.ts'
import type { CapablePhone } from './capable_phone.ts'

/** @param expires In milliseconds since 1970. */
export function buildPrompt(
  { txid, request, user }: Attempt,
  { phoneId, userId, number }: CapablePhone,
  expires: number,
): PhonePrompt {
  const { integration, ipaddr, hostname } = request
  const username = user?.username ?? ''
  return {
    txid,
    phoneId,
    userId,
    number,
    application: integration.name,
    username,
    ipaddr,
    hostname,
    expires,
  }
}
