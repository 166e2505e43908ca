import type { CreateRateLimitOptions } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Counts a request. @returns Whether it is within the limit. */
export type DeviceLimit = (request: FastifyRequest) => Promise<boolean>

/** Builds a limit on @fastify/rate-limit, whose memory is bounded for keys that clients invent. */
export function buildDeviceLimit(
  server: FastifyInstance,
  options: Required<Pick<CreateRateLimitOptions, 'max' | 'timeWindow' | 'keyGenerator'>>,
): DeviceLimit {
  const count = server.createRateLimit(options)
  return async (request) => {
    const counted = await count(request)
    return counted.isAllowed || !counted.isExceeded
  }
}
