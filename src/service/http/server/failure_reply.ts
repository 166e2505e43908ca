import type { FastifyReply, FastifyRequest } from 'fastify'
import { AuthApiFailure, failures } from '../../../duo/index.ts'
import type { Log } from '../../../host/log.ts'
import { busyAsTooMany } from '../gate/busy.ts'
import { toFailureAnswer } from '../gate/failure_answer.ts'
import type { RequestLimit } from '../gate/request_limit.ts'

/** Answers errors in the API's envelope, without messages of libraries or the database. */
export class FailureReply {
  readonly #limit: RequestLimit
  readonly #log: Log

  constructor(limit: RequestLimit, log: Log) {
    this.#limit = limit
    this.#log = log
  }

  /** An error of the HTTP library counts as a refused request. */
  send(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const error = busyAsTooMany(thrown)
    const detail = libraryFailure(error)
    if (detail === undefined) return this.#sent(error, request, reply)
    try {
      this.#limit.countRefused(request)
    } catch (tooMany) {
      return this.#sent(tooMany, request, reply)
    }
    return this.#sent(new AuthApiFailure(failures.invalidParameters, detail), request, reply)
  }

  #sent(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { status, envelope, retryAfterSecs, problem } = toFailureAnswer(error)
    if (retryAfterSecs !== undefined) reply.header('retry-after', String(retryAfterSecs))
    if (problem !== undefined) {
      this.#log.error('a request failed', { path: loggedPath(request), error: problem })
    }
    // without a serializer, fastify adds a charset after all hooks
    return reply.code(status).type('application/json').serializer(JSON.stringify).send(envelope)
  }
}

/** Why the HTTP library refused a request; `undefined` for any other error. */
function libraryFailure(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined
  const status = Number(error.statusCode)
  if (status === 413) return 'the body is too large'
  return status >= 400 && status < 500 ? 'the request cannot be read' : undefined
}

/** The path without its query, which may contain passcodes and names. */
export function requestPath(request: FastifyRequest): string {
  const [path = ''] = (request.raw.url ?? '').split('?', 1)
  return path
}

/**
 * The path for logs. A parameter of a route may be a secret, such as an activation code. So may a long
 * segment of an unknown path, such as a mistyped link.
 */
export function loggedPath(request: FastifyRequest): string {
  const { url } = request.routeOptions
  if (url?.includes('/:') === true) return url
  const path = requestPath(request)
  return url === undefined ? path.replace(/[\w%-]{16,}/g, '…') : path
}
