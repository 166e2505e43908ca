import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Clock } from '../../../host/clock.ts'
import type { Log } from '../../../host/log.ts'
import type { CallKeys } from '../../authenticators/call/call_keys.ts'
import type { Webhook, WebhookSignature } from './webhook_signature.ts'

const warnEveryMs = 60_000

/** Adds `/voice/v1/*`, the webhooks that the provider calls during a phone call. */
export function addVoice(
  server: FastifyInstance,
  callKeys: CallKeys,
  signature: WebhookSignature,
  clock: Clock,
  log: Log,
): void {
  const warn = warnAtMostEvery(warnEveryMs, clock, log)
  const webhook = (
    step: string,
    answer: (txid: string, fields: URLSearchParams, query: URLSearchParams) => Promise<string>,
  ): void => {
    server.post(`/voice/v1/${step}/:txid`, async (request: Webhook, reply) => {
      const { txid } = request.params
      const [, query = ''] = request.url.split('?', 2)
      const parameters = new URLSearchParams(query)
      const fields = new URLSearchParams(typeof request.body === 'string' ? request.body : '')
      const problem = signature.findProblem(request, fields, parameters.get('key') ?? '')
      if (problem !== undefined) {
        warn(problem)
        return reply.code(403).type('text/plain').send('')
      }
      return xml(reply, await answer(txid, fields, parameters))
    })
  }
  webhook('call', (txid) => callKeys.answered(txid))
  webhook('key', (txid, fields, query) =>
    callKeys.pressed(txid, fields.get('Digits') ?? '', { again: query.get('again') === '1' }),
  )
  webhook('status', async (txid, fields) => {
    await callKeys.ended(txid, fields.get('CallStatus') ?? '')
    return '<Response/>'
  })
}

function xml(reply: FastifyReply, text: string): FastifyReply {
  return reply.header('cache-control', 'no-store').type('text/xml; charset=utf-8').send(text)
}

/** Forged requests must not fill the log. */
function warnAtMostEvery(ms: number, clock: Clock, log: Log): (reason: string) => void {
  let last = Number.NEGATIVE_INFINITY
  return (reason) => {
    const now = clock.now()
    if (now - last < ms) return
    last = now
    log.warn('a webhook of a call was refused', { reason })
  }
}
