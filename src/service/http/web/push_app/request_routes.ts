import type { Clock } from '../../../../host/clock.ts'
import { allowedSkewMs, answerText } from '../../../../push/signed_text.ts'
import type { PushAnswers } from '../../../authenticators/push/push_answers.ts'
import { AppRefusal } from '../../gate/device_request.ts'
import { appBodies, readBody } from './app_body.ts'
import type { AddRoute } from './device_handler.ts'
import type { PendingSignIns } from './pending_sign_ins.ts'
import type { RequestStreams } from './request_streams.ts'

/** Adds the routes that list a phone's pending sign-ins, once or as a stream, and answer one. */
export function addRequestRoutes(
  route: AddRoute,
  pushAnswers: PushAnswers,
  pending: PendingSignIns,
  streams: RequestStreams,
  clock: Clock,
): void {
  route('GET', '/app/api/requests', async ({ device }) => ({
    requests: await pending.list(device.phoneId),
    time: clock.now(),
  }))
  route('GET', '/app/api/stream', async ({ device }, _request, reply) => {
    reply.type('text/event-stream').header('x-accel-buffering', 'no')
    return streams.open(device.phoneId)
  })
  route('POST', '/app/api/answer', async ({ device, key }, request) => {
    const answer = readBody(appBodies.answer, request.body)
    const { txid, decision, time, code = '', signature } = answer
    if (Math.abs(time - clock.now()) > allowedSkewMs) {
      throw new AppRefusal(
        'clock_skew',
        'the answer was signed more than five minutes ago or ahead',
      )
    }
    if (!key.verifies(answerText(txid, decision, time, code), signature)) {
      throw new AppRefusal('bad_signature', 'the signature does not match the key of this phone')
    }
    const typed = code === '' ? undefined : code
    switch (await pushAnswers.answer(txid, device.phoneId, decision, typed)) {
      case 'settled':
        return { txid, decision }
      case 'gone':
        throw new AppRefusal('gone', 'this sign-in is not waiting for an answer from this phone')
      case 'expired':
        throw new AppRefusal('expired', 'this sign-in timed out before it was answered')
      case 'wrong_code':
        throw new AppRefusal('wrong_code', 'the code differs from the one at the login')
    }
  })
}
