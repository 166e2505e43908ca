import { z } from 'zod'
import { sendPhoneMessage } from '../../../administration/acts/phones.ts'
import { capablePhones } from '../../../authenticators/phone/capable_phone.ts'
import { Phones } from '../../../authenticators/phone/phones.ts'
import type { Delivery } from '../../../messaging/messaging.ts'
import type { VerificationPush } from '../../../sign_in/verification_push.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { filled, invalid } from './parameters.ts'
import { unknown } from './refusal.ts'
import { requireUser } from './users.ts'

const maxIdentifier = 64

/** A push by which a help desk verifies a user (duo.com/docs/adminapi, "Send Verification Push"). */
export function verificationPushEndpoints(
  pushes: Pick<VerificationPush, 'send' | 'answer'>,
  delivery: Delivery,
): readonly Endpoint[] {
  const phones = new Phones()
  return [
    endpoint({
      method: 'POST',
      path: '/admin/v1/users/:user_id/send_verification_push',
      permission: 'adminapi_write_resource',
      summary: 'Sends a push that the user approves with the code of the answer.',
      parameters: { phone_id: filled(maxIdentifier) },
      response: z.strictObject({ confirmation_code: z.string(), push_id: z.string() }),
      answer: async ({
        id,
        parameters: { phone_id: phoneId },
        integration,
        administration,
        db,
      }) => {
        const user = await requireUser(id('user_id'), db)
        const own = capablePhones(await phones.ofUser(user.userId, db), [], delivery)
        const phone = own.find((each) => each.phoneId === phoneId)
        if (phone === undefined) throw invalid('phone_id', 'the user has no such phone')
        if (!phone.capabilities.includes('push')) {
          throw invalid('phone_id', 'the app on this phone is not activated')
        }
        await administration.run(sendPhoneMessage, { phone, message: 'verification push' })
        const sent = await pushes.send(integration, user, phone)
        if (sent.kind === 'refused') throw invalid('phone_id', sent.message)
        return { confirmation_code: sent.code, push_id: sent.pushId }
      },
    }),
    endpoint({
      method: 'GET',
      path: '/admin/v1/users/:user_id/verification_push_response',
      permission: 'adminapi_read_resource',
      summary: 'Shows the answer to a verification push, for two minutes after it was sent.',
      parameters: { push_id: filled(maxIdentifier) },
      response: z.strictObject({
        push_id: z.string(),
        result: z.enum(['waiting', 'approve', 'deny', 'fraud']),
      }),
      answer: async ({ id, parameters: { push_id: pushId }, integration, db }) => {
        const { userId } = await requireUser(id('user_id'), db)
        const result = await pushes.answer(pushId, { ikey: integration.ikey, userId }, db)
        if (result === undefined) throw unknown('push_id')
        return { push_id: pushId, result }
      },
    }),
  ]
}
