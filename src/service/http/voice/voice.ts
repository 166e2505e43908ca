import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../../host/clock.ts'
import type { Log } from '../../../host/log.ts'
import type { Secret } from '../../../host/secret.ts'
import { isSignedByTwilio } from '../../messaging/twilio/twilio_signature.ts'
import type { VoiceAddresses } from '../../messaging/voice/voice_address.ts'
import type { CallConversation } from './call_conversation.ts'

export interface VoiceParts {
  readonly conversation: CallConversation
  readonly addresses: VoiceAddresses
  readonly authToken: Secret
  readonly clock: Clock
  readonly log: Log
}

type Webhook = FastifyRequest<{ Params: { txid: string } }>

const warnEveryMs = 60_000

/** Adds what the provider of calls asks while a call is under way: `/voice/v1/…`. */
export function addVoice(server: FastifyInstance, parts: VoiceParts): void {
  const { conversation } = parts
  const warn = atMostEvery(warnEveryMs, parts)
  const webhook = (
    step: string,
    answer: (txid: string, fields: URLSearchParams, query: URLSearchParams) => Promise<string>,
  ): void => {
    server.post(`/voice/v1/${step}/:txid`, async (request: Webhook, reply) => {
      const { txid } = request.params
      const [, query = ''] = request.url.split('?', 2)
      const asked = new URLSearchParams(query)
      const fields = new URLSearchParams(typeof request.body === 'string' ? request.body : '')
      const refused = whyRefused(request, fields, asked.get('key') ?? '', parts)
      if (refused !== undefined) {
        warn(refused)
        return reply.code(403).type('text/plain').send('')
      }
      return xml(reply, await answer(txid, fields, asked))
    })
  }
  webhook('call', (txid) => conversation.answered(txid))
  webhook('key', (txid, fields, query) =>
    conversation.pressed(txid, fields.get('Digits') ?? '', { again: query.get('again') === '1' }),
  )
  webhook('status', async (txid, fields) => {
    await conversation.ended(txid, fields.get('CallStatus') ?? '')
    return '<Response/>'
  })
}

function whyRefused(
  request: Webhook,
  fields: URLSearchParams,
  key: string,
  { addresses, authToken }: VoiceParts,
): string | undefined {
  const signature = request.headers['x-twilio-signature']
  const url = addresses.asCalled(request.url)
  if (
    typeof signature !== 'string' ||
    !isSignedByTwilio(url, fields, signature, authToken.reveal())
  ) {
    return 'it is not signed by the auth token for this address; check auth_token and public_url'
  }
  return addresses.isKeyOf(request.params.txid, key) ? undefined : 'its key is that of another call'
}

function xml(reply: FastifyReply, text: string): FastifyReply {
  return reply.header('cache-control', 'no-store').type('text/xml; charset=utf-8').send(text)
}

/** Whoever sends many is not to fill the log. */
function atMostEvery(ms: number, { clock, log }: VoiceParts): (reason: string) => void {
  let last = Number.NEGATIVE_INFINITY
  return (reason) => {
    const now = clock.now()
    if (now - last < ms) return
    last = now
    log.warn('a webhook of a call was refused', { reason })
  }
}
