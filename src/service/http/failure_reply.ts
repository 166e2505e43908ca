import type { FastifyReply, FastifyRequest } from 'fastify'
import { AuthApiFailure, type Failure, failure, failures } from '../../duo/index.ts'
import type { Log } from '../../host/log.ts'
import { busyAsTooMany } from './gate/busy.ts'
import { TooManyRequests } from './gate/request_limit.ts'

/** Answers an error in the API's envelope: never with what a library or the database says. */
export function replyFailure(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Log,
): FastifyReply {
  const error = busyAsTooMany(thrown)
  if (error instanceof TooManyRequests) {
    reply.header('retry-after', String(Math.max(1, error.retryAfterSecs)))
  }
  if (error instanceof AuthApiFailure) {
    const { code, status, detail } = error
    return sent(reply, { code, status, message: messageOf(code) }, detail)
  }
  const refused = libraryFailure(error)
  if (refused !== undefined) return sent(reply, failures.invalidParameters, refused)
  // only here the service can't decide: clients have their failmode for it
  log.error('a request failed', { path: loggedPath(request), error: errorText(error) })
  return sent(reply, failures.internal)
}

function sent(reply: FastifyReply, row: Failure, detail?: string): FastifyReply {
  return reply.code(row.status).type('application/json').send(failure(row, detail))
}

function messageOf(code: number): string {
  return Object.values(failures).find((row) => row.code === code)?.message ?? 'Failure'
}

/** What the HTTP library has refused before anybody looked at it. */
function libraryFailure(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined
  const status = Number(error.statusCode)
  if (status === 413) return 'the body is too large'
  return status >= 400 && status < 500 ? 'the request can not be read' : undefined
}

function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

/** Without its query: passcodes and names may stand in it. */
export function pathOf(request: FastifyRequest): string {
  const [path = ''] = (request.raw.url ?? '').split('?', 1)
  return path
}

/**
 * The path as a log may show it. A named part of a route may be a secret, such as an activation
 * code, and so may a long part of a path that no route serves: a link with a slash too many.
 */
export function loggedPath(request: FastifyRequest): string {
  const { url } = request.routeOptions
  if (url?.includes('/:') === true) return url
  const path = pathOf(request)
  return url === undefined ? path.replace(/[\w%-]{16,}/g, '…') : path
}
