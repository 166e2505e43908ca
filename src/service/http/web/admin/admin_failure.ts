import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../../../../host/log.ts'
import { ApprovalRequested } from '../../../administration/administration.ts'
import {
  AdministrationError,
  type AdministrationErrorCode,
} from '../../../administration/administration_error.ts'
import {
  ApprovalError,
  type ApprovalErrorCode,
} from '../../../administration/approval_decisions.ts'
import type { Approval } from '../../../administration/approvals.ts'
import {
  AdministratorError,
  type AdministratorErrorCode,
} from '../../../administrators/administrator.ts'
import { AccessError } from '../../../applications/access_error.ts'
import { OutboxError } from '../../../messaging/outbox/outbox.ts'
import { DirectoryError } from '../../../people/user.ts'
import { SettingError } from '../../../settings/setting_error.ts'
import { StoreError } from '../../../store/store_error.ts'
import { AdminRefusal } from '../../gate/admin_refusal.ts'
import { busyAsTooMany } from '../../gate/busy.ts'
import { TooManyRequests } from '../../gate/request_limit.ts'

/** A body or a query does not match its schema, or names something impossible. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput'
  readonly field: string | undefined

  constructor(field: string | undefined, message: string) {
    super(message)
    this.field = field
  }
}

/** What a route is about does not exist. */
export class NotFound extends Error {
  override readonly name = 'NotFound'
}

/** What the client reads. */
interface Failure {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly field?: string | undefined
  readonly permit?: string | undefined
  readonly retry_after?: number | undefined
}

type Row = Pick<Failure, 'status'> & { readonly code?: string; readonly field?: string }

const administratorRows: Readonly<Record<AdministratorErrorCode, Row>> = {
  sign_in: { status: 401 },
  no_factor: { status: 403 },
  link_over: { status: 410 },
  wrong_code: { status: 400, field: 'passcode' },
  passkey: { status: 400 },
  push: { status: 400 },
  password: { status: 400, field: 'password' },
  email: { status: 400, code: 'invalid', field: 'email' },
  email_taken: { status: 409, code: 'conflict', field: 'email' },
  name: { status: 400, code: 'invalid', field: 'name' },
  role: { status: 400, code: 'invalid', field: 'role' },
  not_found: { status: 404 },
  last_owner: { status: 409 },
  last_factor: { status: 409 },
  limit: { status: 429, code: 'too_many' },
  conflict: { status: 409 },
}

const administrationRows: Readonly<Record<AdministrationErrorCode, Row>> = {
  ADMINISTRATION_DENIED: { status: 403, code: 'denied' },
  ADMINISTRATION_STEP_UP: { status: 403, code: 'step_up_required' },
  ADMINISTRATION_LIMIT: { status: 429, code: 'too_many' },
  ADMINISTRATION_APPROVAL: { status: 409, code: 'approval_required' },
}

const approvalRows: Readonly<Record<ApprovalErrorCode, Row>> = {
  not_found: { status: 404 },
  approval_over: { status: 409 },
  own_request: { status: 403 },
  approval_failed: { status: 409 },
}

const settingRows = {
  SETTING_UNKNOWN: { status: 400, code: 'invalid' },
  SETTING_INVALID: { status: 400, code: 'invalid' },
  SETTING_FIXED: { status: 409, code: 'conflict' },
} as const

const notFoundCodes: readonly string[] = [
  'ACCESS_GONE',
  'ACCESS_POLICY_GONE',
  'DIRECTORY_NOT_FOUND',
  'OUTBOX_NO_CALL',
]
const invalidFields: Readonly<Record<string, string>> = {
  ACCESS_NAME: 'name',
  ACCESS_POLICY_NAME: 'name',
  ACCESS_POLICY_SECTION: 'sections',
  ACCESS_SETTING: 'settings',
  DIRECTORY_NAME: 'username',
  DIRECTORY_NUMBER: 'number',
  DIRECTORY_SECRET: 'secret',
  DIRECTORY_STATUS: 'status',
  STORE_CURSOR: 'after',
}

/**
 * Answers an error as `{ "error": { "code", "message", "field"? } }`, without the text of errors of
 * libraries or the database.
 */
export function replyAdminFailure(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Log,
): FastifyReply {
  if (thrown instanceof ApprovalRequested) return replyRequested(thrown.approval, reply)
  const { status, ...error } = toFailure(busyAsTooMany(thrown), request, log)
  reply.type('application/json')
  if (error.retry_after !== undefined) reply.header('retry-after', String(error.retry_after))
  return reply.code(status).send({ error })
}

/** An act that waits for a second person. */
function replyRequested({ approvalId, act, expires }: Approval, reply: FastifyReply): FastifyReply {
  return reply
    .code(202)
    .type('application/json')
    .send({ approval: { id: approvalId, kind: act, expires } })
}

function toFailure(error: unknown, request: FastifyRequest, log: Log): Failure {
  if (error instanceof AdminRefusal) {
    const { status, code, message, retryAfterSecs } = error
    return { status, code, message, retry_after: retryAfterSecs }
  }
  if (error instanceof TooManyRequests) {
    const message = 'The service is busy. Try again in a few seconds.'
    return { status: 429, code: 'too_many', message, retry_after: error.retryAfterSecs }
  }
  if (error instanceof AdministrationError) {
    const { message, permit, retryAfterSecs } = error
    const row = { code: '', ...administrationRows[error.code] }
    return { ...row, message: sentence(message), permit, retry_after: retryAfterSecs }
  }
  if (error instanceof AdministratorError) {
    return { code: error.code, ...administratorRows[error.code], message: sentence(error.message) }
  }
  if (error instanceof ApprovalError) {
    return { code: error.code, ...approvalRows[error.code], message: error.message }
  }
  if (error instanceof InvalidInput) {
    return { status: 400, code: 'invalid', message: error.message, field: error.field }
  }
  if (error instanceof NotFound) {
    return { status: 404, code: 'not_found', message: sentence(error.message) }
  }
  if (error instanceof SettingError) {
    const { code, key, problem } = error
    return { ...settingRows[code], message: sentence(problem), field: key }
  }
  const known = toDomainFailure(error)
  if (known !== undefined) return known
  if (error instanceof Error && 'statusCode' in error && Number(error.statusCode) < 500) {
    const tooLarge = error.statusCode === 413
    const message = tooLarge ? 'The request is too large.' : 'The request can’t be read.'
    return { status: tooLarge ? 413 : 400, code: 'invalid', message }
  }
  const path = request.routeOptions.url ?? ''
  log.error('panel request failed', { path, error: String(error) })
  const message = 'Something went wrong on our side. Try again in a minute; the log has the reason.'
  return { status: 500, code: 'internal', message }
}

/** Errors of users, applications and lists, whose messages are written for administrators. */
function toDomainFailure(error: unknown): Failure | undefined {
  const isKnown =
    error instanceof DirectoryError ||
    error instanceof AccessError ||
    error instanceof OutboxError ||
    (error instanceof StoreError && error.code === 'STORE_CURSOR')
  if (!isKnown) return undefined
  const message = sentence(error.message)
  if (notFoundCodes.includes(error.code)) return { status: 404, code: 'not_found', message }
  const field = invalidFields[error.code]
  if (field !== undefined) return { status: 400, code: 'invalid', message, field }
  return { status: 409, code: 'conflict', message }
}

/** Messages of the command line begin in lower case and end without a full stop. */
function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1)
  return /[.!?]$/.test(text) ? text : `${text}.`
}
