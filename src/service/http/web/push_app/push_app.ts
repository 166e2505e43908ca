import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../../../host/clock.ts'
import type { Log } from '../../../../host/log.ts'
import type { PushDevices } from '../../../authenticators/push/push_devices.ts'
import type { StoreDb } from '../../../store/store.ts'
import { busyAsTooMany } from '../../gate/busy.ts'
import { AppRefusal, appRefusals, DeviceRequestGate } from '../../gate/device_request.ts'
import type { Gates } from '../../gate/gates.ts'
import { TooManyRequests } from '../../gate/request_limit.ts'
import type { AddRoute } from './device_handler.ts'

/**
 * Adds `/app/api/*`, and the links that lead to the app.
 *
 * @param addRoutes Adds the routes: to `app`, or with `route` for requests that phones sign.
 */
export async function addPushApp(
  server: FastifyInstance,
  { limit, markAuthentic }: Gates,
  db: StoreDb,
  devices: PushDevices,
  clock: Clock,
  log: Log,
  addRoutes: (app: FastifyInstance, route: AddRoute) => void,
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
      refuse(busyAsTooMany(error), request, reply, clock, log),
    )
    const gate = new DeviceRequestGate(app, db, devices, limit, clock)
    const route: AddRoute = (method, url, handler) => {
      app.route({
        method,
        url,
        handler: async (request, reply) => {
          const admitted = await gate.admit(request)
          markAuthentic(request, 'phone')
          return handler(admitted, request, reply)
        },
      })
    }
    addRoutes(app, route)
  })
}

function refuse(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  clock: Clock,
  log: Log,
): FastifyReply {
  if (error instanceof TooManyRequests) {
    reply.header('retry-after', String(Math.max(1, error.retryAfterSecs)))
    const refusal = new AppRefusal('too_many_requests', error.message)
    return refuse(refusal, request, reply, clock, log)
  }
  if (error instanceof AppRefusal) {
    const { code, message } = error
    // the app corrects its clock with the service's time
    return reply.code(appRefusals[code]).send({ code, message, time: clock.now() })
  }
  if (error instanceof Error && 'statusCode' in error && Number(error.statusCode) < 500) {
    return reply.code(400).send({ code: 'invalid', message: "the request can't be parsed" })
  }
  log.error('push app request failed', {
    path: request.routeOptions.url,
    error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  })
  return reply.code(500).send({ code: 'internal', message: 'the service failed' })
}
