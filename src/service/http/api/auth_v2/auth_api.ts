import { Duplex, type Writable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { success } from '../../../../duo/index.ts'
import type { Clock } from '../../../../host/clock.ts'
import type { Gates } from '../../gate/gates.ts'
import { keepBodiesAsBytes } from '../../gate/request_body.ts'
import type { AdmittedCall } from '../../gate/signed_request.ts'
import { type AskerGates, admitAsker } from './asker.ts'
import { CallerAtWork } from './caller_at_work.ts'
import type { Endpoint } from './endpoint.ts'
import type { MessageSessions } from './message_sessions.ts'
import { CallParameters } from './parameters.ts'
import { proxyReportPath, type TakeProxyReport } from './proxy_report.ts'

/** The headers of the vendor's API. Constants, because helmet takes half as much CPU as the whole call. */
export const answerHeaders = {
  server: 'Countersign',
  'content-type': 'application/json',
  'cache-control': 'no-store',
  pragma: 'no-cache',
  'strict-transport-security': 'max-age=31536000',
  'content-security-policy':
    "default-src 'self'; frame-src 'self'; img-src 'self'; connect-src 'self'",
  'x-content-type-options': 'nosniff',
} as const

/** Adds `/auth/v2/*` to a server. */
export async function addAuthApi(
  server: FastifyInstance,
  gates: Gates,
  endpoints: readonly Endpoint[],
  takeReport: TakeProxyReport,
  messages: MessageSessions,
  clock: Clock,
): Promise<void> {
  await server.register(async (scope) => {
    addCalls(scope, gates, endpoints, clock)
    messages.serve(scope, gates)
    addProxyReport(scope, gates, takeReport)
  })
}

function addCalls(
  server: FastifyInstance,
  gates: Gates,
  endpoints: readonly Endpoint[],
  clock: Clock,
): void {
  keepBodiesAsBytes(server)
  server.get('/auth/v2/ping', async (_request, reply) => {
    reply.headers(answerHeaders)
    return success({ time: Math.floor(clock.now() / 1000) })
  })
  for (const endpoint of endpoints) {
    server.route({
      method: endpoint.method,
      url: endpoint.path,
      exposeHeadRoute: false,
      ...(endpoint.schema === undefined ? {} : { schema: { response: endpoint.schema } }),
      handler: (request, reply) =>
        answerAsker(
          request,
          reply,
          { ...gates, allowSignatureV1: false, isUrgent: endpoint.isUrgent ?? false },
          (call) => endpoint.answer(call, new CallParameters(call.parameters)),
        ),
    })
  }
}

/** A report is JSON in the parameter `report`, and its sender's address belongs to it. */
function addProxyReport(server: FastifyInstance, gates: Gates, take: TakeProxyReport): void {
  const options = { ...gates, allowSignatureV1: false, nestedJson: true }
  server.post(proxyReportPath, (request, reply) =>
    answerAsker(request, reply, options, (call) => take(call, request)),
  )
}

export interface CallGates extends AskerGates {
  /** See `Endpoint`. */
  readonly isUrgent?: boolean
}

/** Answers a call in the envelope, if a permitted application signed it. */
export async function answerAsker(
  request: FastifyRequest,
  reply: FastifyReply,
  gates: CallGates,
  answer: (call: AdmittedCall) => Promise<unknown>,
): Promise<unknown> {
  const response = await admitted(request, reply, gates, answer)
  reply.headers(answerHeaders)
  if (!(response instanceof Uint8Array)) return success(response)
  reply.type('image/png')
  return Buffer.from(response)
}

/** Waits for the application's turn. Keeps no reference to the call while the answer is awaited. */
async function admitted(
  request: FastifyRequest,
  reply: FastifyReply,
  gates: CallGates,
  answer: (call: AdmittedCall) => Promise<unknown>,
): Promise<unknown> {
  const received = gates.receivedNow()
  const signed = await admitAsker(request, gates)
  const caller = new CallerAtWork(toCaller(reply))
  const entered = caller.enter(gates.work, signed.integration.ikey, gates.isUrgent)
  if (entered !== undefined) await entered
  return caller.run(() => answer({ ...signed, received, caller }))
}

/** The stream that is destroyed when the caller hangs up: an HTTP/2 response does not show it. */
function toCaller({ raw }: FastifyReply): Writable {
  return 'stream' in raw && raw.stream instanceof Duplex ? raw.stream : raw
}
