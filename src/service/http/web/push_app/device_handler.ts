import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AdmittedDevice } from '../../gate/device_request.ts'

/** Answers a request that a phone signed. */
export type DeviceHandler = (
  admitted: AdmittedDevice,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<unknown>

/** Adds an endpoint for requests that phones sign. */
export type AddRoute = (
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  handler: DeviceHandler,
) => void
