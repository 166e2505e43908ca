import { allowedSkewMs, answerText } from '../../../../push/signed_text.ts'
import { AppRefusal } from '../../gate/device_request.ts'
import { appBodies, readBody } from './app_body.ts'
import type { AddRoute, PushAppParts } from './app_parts.ts'
import { pendingRequest } from './pending_request.ts'

/** Adds what a phone is asked, and how it answers. */
export function addRequestRoutes(route: AddRoute, parts: PushAppParts): void {
  const { authentication, streams, clock } = parts
  route('GET', '/app/api/requests', async ({ device }) => ({
    requests: await pendingRequests(device.phoneId, parts),
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
    switch (await authentication.answer(txid, device.phoneId, decision, typed)) {
      case 'settled':
        return { txid, decision }
      case 'gone':
        throw new AppRefusal('gone', 'this sign-in does not wait for an answer of this phone')
      case 'wrong_code':
        throw new AppRefusal('wrong_code', 'the code is not the one that the login shows')
    }
  })
}

/** What an open app is shown, in JSON; `undefined` where the phone is not activated any more. */
export async function shownOnPhone(
  phoneId: string,
  parts: Pick<PushAppParts, 'authentication' | 'devices' | 'places'>,
): Promise<string | undefined> {
  if ((await parts.devices.byPhone(phoneId)) === undefined) return undefined
  return JSON.stringify({ requests: await pendingRequests(phoneId, parts) })
}

async function pendingRequests(
  phoneId: string,
  { authentication, places }: Pick<PushAppParts, 'authentication' | 'places'>,
) {
  const waiting = await authentication.waitingFor(phoneId)
  return waiting.map((transaction) => pendingRequest(transaction, places))
}
