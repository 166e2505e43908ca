/** A documented failure of the API: its code, HTTP status and message. */
export interface Failure {
  readonly code: number
  readonly status: number
  readonly message: string
}

/** The one table of failures (duo.com/docs/authapi, "Response Format"): the status is the code's first three digits. */
export const failures = {
  missingParameters: row(40001, 'Missing required request parameters'),
  invalidParameters: row(40002, 'Invalid request parameters'),
  duplicate: row(40003, 'Duplicate resource'),
  missingCredentials: row(40101, 'Missing request credentials'),
  invalidIkey: row(40102, 'Invalid integration key in request credentials'),
  invalidSignature: row(40103, 'Invalid signature in request credentials'),
  missingTimestamp: row(40104, 'Missing request timestamp'),
  badTimestamp: row(40105, 'Bad request timestamp'),
  accessForbidden: row(40301, 'Access forbidden'),
  notFound: row(40401, 'Resource not found'),
  methodNotAllowed: row(40501, 'Method not allowed'),
  tooManyRequests: row(42901, 'Too Many Requests'),
  internal: row(50000, 'Internal server error'),
  unavailable: row(50300, 'Service unavailable'),
} as const

function row(code: number, message: string): Failure {
  return { code, status: Math.floor(code / 100), message }
}

/** Failure details that more than one place uses. */
export const failureDetail = {
  wrongIntegrationType: 'Wrong integration type for this API.',
  network: 'The application is not accepted from this network.',
  noCapableDevice: 'no capable device',
  signatureV1: 'signature version 1 is not allowed for this application',
} as const

/**
 * A failure that the API answered. The API decided, so this differs from an API that can't be reached
 * (AuthApiUnavailable).
 */
export class AuthApiFailure extends Error {
  override readonly name = 'AuthApiFailure'
  readonly code: number
  readonly status: number
  readonly detail: string | undefined

  constructor(failure: Failure, detail?: string) {
    super(detail === undefined ? failure.message : `${failure.message} (${detail})`)
    this.code = failure.code
    this.status = failure.status
    this.detail = detail
  }
}
