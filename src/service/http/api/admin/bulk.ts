import { z } from 'zod'
import { AuthApiFailure, failure, failures, success } from '../../../../duo/index.ts'
import { type Endpoint, endpoint, type Method } from './endpoint.ts'
import { json, SentValues } from './parameters.ts'
import { toFailure } from './refusal.ts'

const maxOperations = 50

const operation = z.object({
  method: z.enum(['POST', 'DELETE'], 'expected POST or DELETE'),
  path: z.string(),
  body: z.record(z.string(), z.unknown()).default({}),
})

/** The endpoints that an operation can name. */
const allowed: readonly (readonly [Method, string])[] = [
  ['POST', '/admin/v1/users'],
  ['POST', '/admin/v1/users/:user_id'],
  ['DELETE', '/admin/v1/users/:user_id'],
  ['POST', '/admin/v1/users/:user_id/groups'],
  ['DELETE', '/admin/v1/users/:user_id/groups/:group_id'],
]

/**
 * Several operations in one request (duo.com/docs/adminapi, "Bulk Operations"). Each one is done or refused
 * by itself.
 *
 * @param endpoints All endpoints of users.
 */
export function bulkEndpoint(endpoints: readonly Endpoint[]): Endpoint {
  const targets = endpoints.filter(({ method, path }) =>
    allowed.some(([verb, pattern]) => verb === method && pattern === path),
  )
  return endpoint({
    method: 'POST',
    path: '/admin/v1/bulk',
    permission: 'adminapi_write_resource',
    summary:
      'Creates, changes and deletes users and memberships in groups. The answer has the envelope of each operation.',
    parameters: {
      operations: json(
        z.array(operation).max(maxOperations, `expected ${maxOperations} operations at most`),
      ),
    },
    response: z.array(z.record(z.string(), z.unknown())),
    answer: async ({ parameters: { operations }, id: _id, ...call }) => {
      const results: Record<string, unknown>[] = []
      for (const { method, path, body } of operations) {
        const found = findTarget(method, path, targets)
        try {
          if (found === undefined) throw new AuthApiFailure(failures.notFound, path)
          const sent = SentValues.fromJson(body)
          const { response } = await found.target.answer({ ...call, path: found.path, sent })
          results.push({ ...success(response) })
        } catch (error) {
          const refusal = toFailure(error)
          if (!(refusal instanceof AuthApiFailure)) throw refusal
          const row = Object.values(failures).find(({ code }) => code === refusal.code)
          results.push({ ...failure(row ?? failures.internal, refusal.detail) })
        }
      }
      return results
    },
  })
}

function findTarget(method: Method, path: string, targets: readonly Endpoint[]) {
  const segments = path.split('/')
  for (const target of targets.filter((each) => each.method === method)) {
    const pattern = target.path.split('/')
    if (pattern.length !== segments.length) continue
    const fits = pattern.every((part, index) => part.startsWith(':') || part === segments[index])
    if (!fits) continue
    const names = pattern.flatMap((part, index) =>
      part.startsWith(':') ? [[part.slice(1), segments[index] ?? ''] as const] : [],
    )
    return { target, path: Object.fromEntries(names) }
  }
  return undefined
}
