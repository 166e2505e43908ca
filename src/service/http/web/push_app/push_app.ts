import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { busyAsTooMany } from '../../gate/busy.ts'
import { AppRefusal, appRefusals, DeviceRequestGate } from '../../gate/device_request.ts'
import type { Gates } from '../../gate/gates.ts'
import { TooManyRequests } from '../../gate/request_limit.ts'
import { addActivation } from './activation_routes.ts'
import type { AddRoute, PushAppParts } from './app_parts.ts'
import { addDeviceRoutes } from './device_routes.ts'
import { addRequestRoutes } from './request_routes.ts'

/** Adds the server's side of the push app: `/app/api/*`, and the links that lead to the app. */
export async function addPushApp(
  server: FastifyInstance,
  { limit, authentic }: Gates,
  parts: PushAppParts,
): Promise<void> {
  await server.register(async (app) => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.headers({
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'strict-transport-security': 'max-age=31536000',
      })
    })
    app.setErrorHandler((error, request, reply) =>
      refuse(busyAsTooMany(error), request, reply, parts),
    )
    const gate = new DeviceRequestGate(app, { devices: parts.devices, clock: parts.clock, limit })
    const route: AddRoute = (method, url, handler) => {
      app.route({
        method,
        url,
        handler: async (request, reply) => {
          const admitted = await gate.admit(request)
          authentic(request, 'phone')
          return handler(admitted, request, reply)
        },
      })
    }
    addActivation(app, limit, parts)
    addDeviceRoutes(route, parts)
    addRequestRoutes(route, parts)
  })
}

function refuse(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { clock, log }: Pick<PushAppParts, 'clock' | 'log'>,
): FastifyReply {
  if (error instanceof TooManyRequests) {
    reply.header('retry-after', String(Math.max(1, error.retryAfterSecs)))
    return refuse(new AppRefusal('too_many_requests', error.message), request, reply, {
      clock,
      log,
    })
  }
  if (error instanceof AppRefusal) {
    const { code, message } = error
    // the service's time, by which the app puts its own right
    return reply.code(appRefusals[code]).send({ code, message, time: clock.now() })
  }
  if (error instanceof Error && 'statusCode' in error && Number(error.statusCode) < 500) {
    return reply.code(400).send({ code: 'invalid', message: 'the request can not be read' })
  }
  log.error('a request failed', {
    path: request.routeOptions.url,
    error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  })
  return reply.code(500).send({ code: 'internal', message: 'the service could not answer' })
}
