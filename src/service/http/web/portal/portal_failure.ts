import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../../../../host/log.ts'
import { DirectoryError } from '../../../people/user.ts'
import { SelfServiceError, type SelfServiceErrorCode } from '../../../self_service/person.ts'
import { busyAsTooMany } from '../../gate/busy.ts'
import { PortalRefusal } from '../../gate/portal_refusal.ts'
import { TooManyRequests } from '../../gate/request_limit.ts'

/** The body of a request does not match its schema. */
export class InvalidBody extends Error {
  override readonly name = 'InvalidBody'
  readonly field: string | undefined

  constructor(field: string | undefined) {
    super(field === undefined ? 'The request can’t be read.' : 'Please check your input.')
    this.field = field
  }
}

interface Row {
  readonly status: number
  /** The form field that shows the message. */
  readonly field?: string
}

const rows: Readonly<Record<SelfServiceErrorCode, Row>> = {
  invitation_over: { status: 410 },
  invitation_used: { status: 410 },
  invitation_elsewhere: { status: 409 },
  already_enrolled: { status: 409 },
  device_first: { status: 409 },
  not_found: { status: 404 },
  last_way_in: { status: 409 },
  number: { status: 400, field: 'number' },
  number_taken: { status: 409, field: 'number' },
  name: { status: 400, field: 'name' },
  order: { status: 409 },
  too_many: { status: 409 },
  wrong_code: { status: 400, field: 'code' },
  code_over: { status: 409, field: 'code' },
  limit: { status: 429 },
  not_sent: { status: 502 },
  passkey: { status: 400 },
  sign_in: { status: 401 },
}

const nameErrors: readonly string[] = ['DIRECTORY_LOOK_ALIKE', 'DIRECTORY_NAME']
const usernameRefused =
  'This username can’t be enrolled. Ask your administrator; the log has the reason.'
const internal = 'Something went wrong on our side. Please try again in a minute.'

/** Answers an error as `{ code, message, field? }`, without the text of errors of libraries or the database. */
export function replyPortalFailure(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Log,
): FastifyReply {
  reply.header('cache-control', 'no-store').type('application/json')
  const send = (status: number, code: string, message: string, field?: string) =>
    reply.code(status).send({ code, message, ...(field === undefined ? {} : { field }) })
  const busy = busyAsTooMany(error)
  if (busy instanceof TooManyRequests) {
    reply.header('retry-after', String(busy.retryAfterSecs))
    return replyPortalFailure(new PortalRefusal('too_many_requests'), request, reply, log)
  }
  if (error instanceof PortalRefusal) return send(error.status, error.code, error.message)
  if (error instanceof SelfServiceError) {
    const { status, field } = rows[error.code]
    return send(status, error.code, error.message, field)
  }
  if (error instanceof InvalidBody) return send(400, 'invalid', error.message, error.field)
  if (error instanceof DirectoryError && nameErrors.includes(error.code)) {
    log.warn('refused an enrolment because of its username', { problem: error.message })
    return send(409, 'username', usernameRefused)
  }
  if (error instanceof DirectoryError) {
    return send(409, 'conflict', 'That couldn’t be saved. Reload the page and try again.')
  }
  if (error instanceof Error && 'statusCode' in error && Number(error.statusCode) < 500) {
    return send(400, 'invalid', new InvalidBody(undefined).message)
  }
  const path = request.routeOptions.url ?? ''
  log.error('portal request failed', { path, error: String(error) })
  return send(500, 'internal', internal)
}
