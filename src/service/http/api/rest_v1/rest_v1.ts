import type { FastifyInstance } from 'fastify'
import { success } from '../../../../duo/index.ts'
import type { Gates } from '../../gate/gates.ts'
import { keepBodiesAsBytes } from '../../gate/request_body.ts'
import { answerAsker, answerHeaders } from '../auth_v2/auth_api.ts'
import { CallParameters } from '../auth_v2/parameters.ts'
import type { Endpoint } from './endpoints.ts'
import { inAskedFormat, suffixes } from './reply_format.ts'

const ping = '/rest/v1/ping'

/** Adds `/rest/v1/*`, the API of Duo Unix before 2.2 and of other old clients, to a server. */
export async function addRestV1(
  server: FastifyInstance,
  gates: Gates,
  endpoints: readonly Endpoint[],
): Promise<void> {
  // a separate scope, so that its hooks apply to these routes only
  await server.register(async (scope) => {
    keepBodiesAsBytes(scope)
    scope.addHook('onSend', inAskedFormat)
    for (const suffix of suffixes) {
      scope.get(`${ping}${suffix}`, async (_request, reply) => {
        reply.headers(answerHeaders)
        return success('pong')
      })
      for (const endpoint of endpoints) {
        scope.route({
          method: endpoint.method,
          url: `${endpoint.path}${suffix}`,
          exposeHeadRoute: false,
          handler: (request, reply) =>
            answerAsker(
              request,
              reply,
              { ...gates, allowSignatureV1: true, isUrgent: endpoint.isUrgent ?? false },
              (call) => endpoint.answer(call, new CallParameters(call.parameters)),
            ),
        })
      }
    }
  })
}
