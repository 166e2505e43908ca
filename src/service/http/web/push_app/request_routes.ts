import type { Clock } from '../../../../host/clock.ts'
import { allowedSkewMs, answerText } from '../../../../push/signed_text.ts'
import type { PushAnswers } from '../../../authenticators/push/push_answers.ts'
import { AppRefusal } from '../../gate/device_request.ts'
import { appBodies, readBody } from './app_body.ts'
import type { AddRoute } from './device_handler.ts'
import type { RequestStreams } from './request_streams.ts'
import type { WaitingSignIns } from './waiting_sign_ins.ts'

/** Adds the routes that list a phone's waiting sign-ins, once or as a stream, and answer one. */
export function addRequestRoutes(
  route: AddRoute,
  pushAnswers: PushAnswers,
  pending: WaitingSignIns,
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
      throw new AppRefusal('clock_skew', 'the answer is of another time')
    }
    if (!key.verifies(answerText(txid, decision, time, code), signature)) {
      throw new AppRefusal('bad_signature', 'the answer is not signed by the key of this phone')
    }
    const typed = code === '' ? undefined : code
    switch (await pushAnswers.answer(txid, device.phoneId, decision, typed)) {
      case 'settled':
        return { txid, decision }
      case 'gone':
        throw new AppRefusal('gone', 'this sign-in does not wait for an answer of this phone')
      case 'wrong_code':
        throw new AppRefusal('wrong_code', 'the code is not the one that the login shows')
    }
  })
}
